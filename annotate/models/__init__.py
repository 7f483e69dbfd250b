"""What people said, and what about."""

from annotate.models.campaign import Campaign, CampaignDimension, CampaignItem, Participant, Task, TaskEvent
from annotate.models.corpus import Conversation, Corpus, KnowledgeSection, Turn
from annotate.models.dimension import Dimension, DimensionVersion
from annotate.models.importing import ImportConflict, ImportFile, ImportJob
from annotate.models.rating import Adjudication, Rater, Rating, TurnTime

__all__ = [
    "Adjudication",
    "Campaign",
    "CampaignDimension",
    "CampaignItem",
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
    "Task",
    "TaskEvent",
    "Turn",
    "TurnTime",
]
