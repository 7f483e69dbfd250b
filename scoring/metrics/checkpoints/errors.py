"""Why a checkpoint folder is refused. All are `Unavailable`: a metric that stands on it cannot be used."""

from scoring.metrics.api import Unavailable


class BadCheckpoint(Unavailable):
    """The folder is not a checkpoint that this code can read; the message says why."""


class ChangedBytes(BadCheckpoint):
    """A file is not the one that checkpoint.json was written for."""


class UnexpectedFiles(BadCheckpoint):
    """A file is missing from the folder, or lies there without being listed."""


class WrongMetric(BadCheckpoint):
    """The folder belongs to another metric."""


class UnknownConfigKeys(BadCheckpoint):
    """The config has keys that the metric does not know: it was written by other code."""


class MissingConfigKeys(BadCheckpoint):
    """The config lacks keys that the metric needs."""


class WrongTensors(BadCheckpoint):
    """Tensors are missing, unexpected or of another shape."""


class NoGolden(BadCheckpoint):
    """There are no golden examples to check the weights with."""


class GoldenMismatch(BadCheckpoint):
    """The weights load, but do not give the values that they gave when they were made."""
