"""What people said, and what about."""

from annotate.models.campaign import Campaign, CampaignDimension, CampaignItem, Participant, Task, TaskEvent
from annotate.models.corpus import Conversation, Corpus, KnowledgeSection, Turn
from annotate.models.dimension import Dimension, DimensionVersion
from annotate.models.importing import ImportConflict, ImportFile, ImportJob
from annotate.models.rating import Adjudication, Rater, Rating, Reply, TurnTime
from annotate.models.study import Choice, Study, StudyPair, StudyPlace, StudyQuestion, StudyResult

__all__ = [
    "Adjudication",
    "Campaign",
    "CampaignDimension",
    "CampaignItem",
    "Choice",
    "Conversation",
    "Corpus",
    "Dimension",
    "DimensionVersion",
    "ImportConflict",
    "ImportFile",
    "ImportJob",
    "KnowledgeSection",
    "Participant",
    "Rater",
    "Rating",
    "Reply",
    "Study",
    "StudyPair",
    "StudyPlace",
    "StudyQuestion",
    "StudyResult",
    "Task",
    "TaskEvent",
    "Turn",
    "TurnTime",
]
