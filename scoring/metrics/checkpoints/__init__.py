"""Trained weights as a folder with an identity. This part is standard library only; tensors are in `.weights`.

scoring/checkpoints/<metric>-<name>/
    checkpoint.json      format, metric, name, config, sha256 of each other file, how and from what it was made
    weights.safetensors  fp16 (`.weights` reads it strictly; nothing is ever unpickled)
    card.md              for people
    golden.jsonl         a few inputs with the values they must give again (`.golden`)
    *.json               more data of the metric, e.g. calibration.json

    checkpoint = read_checkpoint(folder, metric="iq")     # every byte is checked
    checkpoint.digest                                     # what a prediction is filed under
    config = checkpoint.config_as(Config)                 # a dataclass; unknown keys are errors
"""

from scoring.metrics.checkpoints.errors import (
    BadCheckpoint,
    ChangedBytes,
    GoldenMismatch,
    MissingConfigKeys,
    NoGolden,
    UnexpectedFiles,
    UnknownConfigKeys,
    WrongMetric,
    WrongTensors,
)
from scoring.metrics.checkpoints.folder import (
    Checkpoint,
    Source,
    folder_digest,
    read_card,
    read_checkpoint,
    read_header,
)
from scoring.metrics.checkpoints.golden import check_golden
from scoring.metrics.checkpoints.shipped import CHECKPOINTS, default_checkpoint, shipped

__all__ = [
    "CHECKPOINTS",
    "BadCheckpoint",
    "ChangedBytes",
    "Checkpoint",
    "GoldenMismatch",
    "MissingConfigKeys",
    "NoGolden",
    "Source",
    "UnexpectedFiles",
    "UnknownConfigKeys",
    "WrongMetric",
    "WrongTensors",
    "check_golden",
    "default_checkpoint",
    "folder_digest",
    "read_card",
    "read_checkpoint",
    "read_header",
    "shipped",
]
