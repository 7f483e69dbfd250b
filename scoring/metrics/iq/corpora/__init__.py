"""The public dialogue sets as conversations with labels. Plain Python: a training run on a server reads the same way.

    for conversation in read("uss-sgd", data_folder()): ...
    read_jsonl(path)          # our own format, so that a release of the application can be trained from

Where each set comes from, and under which licence, is in the data folder's README.
"""

from scoring.metrics.iq.corpora.folder import DataMissing, data_folder
from scoring.metrics.iq.corpora.records import Conversation, TurnLabels
from scoring.metrics.iq.corpora.registry import CORPORA, Corpus, read

__all__ = ["CORPORA", "Conversation", "Corpus", "DataMissing", "TurnLabels", "data_folder", "read"]
