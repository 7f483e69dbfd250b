"""What people said, and what about."""

from annotate.models.campaign import Campaign, CampaignDimension, CampaignItem, ItemRater, Participant, Task, TaskEvent
from annotate.models.corpus import Conversation, Corpus, CorpusSlice, KnowledgeSection, Turn
from annotate.models.dimension import Dimension, DimensionVersion
from annotate.models.gold import GoldPlan, KnownAnswer, RaterStanding
from annotate.models.importing import ImportConflict, ImportFile, ImportJob
from annotate.models.mapping import DimensionMap, MapPart, Reading, ReadRating
from annotate.models.rating import Adjudication, NamesSeen, Rater, Rating, Reply, TurnTime
from annotate.models.study import Choice, Study, StudyJudge, StudyPair, StudyPlace, StudyQuestion, StudyResult

__all__ = [
    "Adjudication",
    "Campaign",
    "CampaignDimension",
    "CampaignItem",
    "Choice",
    "Conversation",
    "Corpus",
    "CorpusSlice",
    "Dimension",
    "DimensionMap",
    "DimensionVersion",
    "GoldPlan",
    "ImportConflict",
    "ImportFile",
    "ImportJob",
    "ItemRater",
    "KnowledgeSection",
    "KnownAnswer",
    "MapPart",
    "NamesSeen",
    "Participant",
    "Rater",
    "RaterStanding",
    "Rating",
    "ReadRating",
    "Reading",
    "Reply",
    "Study",
    "StudyJudge",
    "StudyPair",
    "StudyPlace",
    "StudyQuestion",
    "StudyResult",
    "Task",
    "TaskEvent",
    "Turn",
    "TurnTime",
]
