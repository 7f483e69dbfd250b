"""What models said, which weights said it, and what was taken home."""

from scoring.models.analysis import Analysis, AnalysisKind
from scoring.models.calibration import Calibration, CalibrationState
from scoring.models.checkpoint import Checkpoint, Promotion, PromotionState
from scoring.models.comparison import Comparison, ComparisonState, ConversationGap
from scoring.models.meaning import EmbeddedTurn, TextEmbedding
from scoring.models.prediction import Evidence, PairVerdict, Prediction
from scoring.models.release import Release, ReleaseState
from scoring.models.run import Run, RunKind, RunState, Shard, ShardState, Worker

__all__ = [
    "Analysis",
    "AnalysisKind",
    "Calibration",
    "CalibrationState",
    "Checkpoint",
    "Comparison",
    "ComparisonState",
    "ConversationGap",
    "EmbeddedTurn",
    "Evidence",
    "PairVerdict",
    "Prediction",
    "Promotion",
    "PromotionState",
    "Release",
    "ReleaseState",
    "Run",
    "RunKind",
    "RunState",
    "Shard",
    "ShardState",
    "TextEmbedding",
    "Worker",
]
