"""What models said, which weights said it, and what was taken home."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from annotate.models import Campaign, Conversation, Corpus, Dimension, DimensionVersion, Turn
from scoring.bits import BitField


class Checkpoint(models.Model):
    """Weights (or a weightless program) that may be used, by the digest of their folder.

    `unavailable` holds the words a person reads when it cannot be loaded here; blank means it can.
    """

    metric = models.CharField(max_length=32, help_text="Name in scoring.metrics.registry.")
    name = models.CharField(max_length=100)
    digest = models.CharField(
        max_length=64, help_text="sha256 over the folder's files; of the code name if weightless."
    )
    path = models.CharField(max_length=300, blank=True, help_text="Folder, relative to one of the checkpoint roots.")
    signature = models.CharField(max_length=300, blank=True)
    dimension_version = models.ForeignKey(DimensionVersion, on_delete=models.PROTECT, related_name="+")
    config = models.JSONField(default=dict, blank=True)
    card = models.TextField(blank=True)
    research_only = models.BooleanField(default=False)
    active = models.BooleanField(default=False, help_text="The one that new runs of the metric take by default.")
    unavailable = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    trained_by = models.OneToOneField("Run", on_delete=models.SET_NULL, null=True, related_name="trained")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["metric", "digest"], name="one_checkpoint_per_digest"),
            models.UniqueConstraint(
                fields=["metric"], condition=Q(active=True), name="one_active_checkpoint_per_metric"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.name}"


class RunState(models.TextChoices):
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class RunKind(models.TextChoices):
    SCORE = "score", "score conversations"
    TRAIN = "train", "train a checkpoint"
    EMBED = "embed", "work out the meaning of turns"


class Run(models.Model):
    """One request to score a slice or to embed a corpus (cut into shards), or to train. Counters are of turns (or
    training steps)."""

    kind = models.CharField(max_length=8, choices=RunKind.choices, default=RunKind.SCORE)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, null=True, related_name="runs")
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, null=True, related_name="runs")
    slice = models.JSONField(default=dict, blank=True, help_text="Filters on the corpus: split, topic, config, limit.")
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.QUEUED)
    reason = models.TextField(blank=True, help_text="Why it failed, in words.")
    phase = models.CharField(max_length=200, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    unscored = models.PositiveIntegerField(default=0, help_text="Turns with a null value and its reason.")
    cancel_requested = models.BooleanField(default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=RunKind.TRAIN)
                | Q(kind=RunKind.EMBED, corpus__isnull=False)
                | Q(checkpoint__isnull=False, corpus__isnull=False),
                name="a_scoring_run_has_a_checkpoint_and_a_corpus",
            ),
            models.UniqueConstraint(
                fields=["corpus"],
                condition=Q(kind="embed", state__in=("queued", "running")),
                name="one_embedding_run_at_a_time",
            ),
        ]


class ShardState(models.TextChoices):
    WAITING = "waiting", "waiting"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class Shard(models.Model):
    """A few conversations of a run, claimed under a lease. `lease` is the fence: only its holder may write."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    conversations = ArrayField(models.BigIntegerField())
    turn_count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ShardState.choices, default=ShardState.WAITING)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="shards_are_numbered")]
        indexes = [models.Index(fields=["lease_until"], condition=Q(state="waiting"), name="shards_waiting")]


class Prediction(models.Model):
    """One model judgement of a target. Null `value` comes with a `reason`; it is counted and shown.

    `value`, `low`, `high` are the metric's own (low, high: 80 % interval); `calibrated` is on the human scale.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="predictions")
    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, null=True, related_name="predictions", db_index=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="predictions")
    dimension_version = models.ForeignKey(
        DimensionVersion, on_delete=models.PROTECT, related_name="predictions", db_index=False
    )
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="predictions")
    signature = models.CharField(max_length=300)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    calibrated = models.FloatField(null=True)
    reason = models.CharField(max_length=100, blank=True)
    input_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "turn", "checkpoint", "dimension_version", "signature"],
                nulls_distinct=False,
                name="one_prediction_per_target_and_head",
            ),
            models.CheckConstraint(
                condition=(Q(value__isnull=False) & Q(reason="")) | (Q(value__isnull=True) & ~Q(reason="")),
                name="a_prediction_has_a_value_or_a_reason",
            ),
        ]


class Evidence(models.Model):
    """What a metric shows for its score (tokens, question-answer pairs). Apart, so that lists stay light."""

    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, primary_key=True, related_name="evidence")
    detail = models.JSONField()


class PairVerdict(models.Model):
    """A scientist's verdict on one question-answer pair of a metric's evidence."""

    class Verdict(models.TextChoices):
        REAL_CONFLICT = "real_conflict", "real conflict"
        BAD_QUESTION = "bad_question", "bad question"
        BAD_ANSWER = "bad_answer", "bad answer"
        KNOWLEDGE_MISSING = "knowledge_missing", "knowledge missing"

    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="pair_verdicts")
    pair = models.PositiveSmallIntegerField(help_text="Index of the pair in the evidence.")
    question = models.TextField()
    answer = models.TextField()
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prediction", "pair", "made_by"], name="one_verdict_per_pair_and_person")
        ]


class CalibrationState(models.TextChoices):
    QUEUED = "queued", "queued"
    FITTED = "fitted", "fitted"
    FAILED = "failed", "failed"


class Calibration(models.Model):
    """A monotone map from a checkpoint's raw values to the human scale, with what it was fitted on.

    One that a scientist asked for is fitted and looked at before it may be put in force; none is ever changed.
    """

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="calibrations")
    signature = models.CharField(max_length=300, help_text="Signature of the predictions it maps.")
    map = models.JSONField(help_text="What scoring.metrics.calibration.Calibration writes: knots and its report.")
    fitted_on = models.JSONField(help_text="Corpus, turns and conversations.")
    curve = models.JSONField(default=list, help_text="Reliability on ratings not seen: bins of scoring.correlation.")
    corpus = models.ForeignKey(Corpus, on_delete=models.SET_NULL, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="+")
    release = models.ForeignKey("Release", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=CalibrationState.choices, default=CalibrationState.FITTED)
    reason = models.TextField(blank=True, help_text="Why it could not be fitted, in words.")
    active = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["checkpoint", "signature"], condition=Q(active=True), name="one_active_calibration"
            ),
            models.CheckConstraint(
                condition=Q(active=False) | Q(state=CalibrationState.FITTED),
                name="only_a_fitted_calibration_is_in_force",
            ),
            models.UniqueConstraint(
                fields=["checkpoint", "corpus", "campaign", "release"],
                condition=Q(state=CalibrationState.QUEUED),
                nulls_distinct=False,
                name="one_waiting_calibration_of_a_kind",
            ),
        ]


class Worker(models.Model):
    """A worker process as it last said of itself. Written by a thread, since a busy worker answers no ping."""

    name = models.CharField(max_length=100, unique=True)
    queues = ArrayField(models.CharField(max_length=32))
    device = models.CharField(max_length=100, blank=True)
    memory_mb = models.PositiveIntegerField(default=0)
    device_memory_mb = models.PositiveIntegerField(null=True)
    loaded = models.CharField(max_length=200, blank=True)
    busy_with = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)


class ReleaseState(models.TextChoices):
    QUEUED = "queued", "queued"
    RUNNING = "running", "running"
    READY = "ready", "ready"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class Release(models.Model):
    """An immutable file of data with a manifest. Once ready it is never written again; a notice may be added."""

    name = models.CharField(max_length=200)
    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="releases")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, related_name="releases")
    format = models.CharField(max_length=24)
    slice = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=ReleaseState.choices, default=ReleaseState.QUEUED)
    phase = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True)
    path = models.CharField(max_length=300, blank=True, help_text="Below the releases folder.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    manifest = models.JSONField(default=dict, blank=True)
    raters = ArrayField(models.BigIntegerField(), default=list, help_text="Our people whose ratings it holds.")
    pseudonym_key = models.CharField(
        max_length=64, default="", help_text="Secret; our people have other names in each release."
    )
    notice = models.TextField(blank=True, help_text="Said with every download, e.g. that a person was erased since.")
    withdrawn_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(sha256="") & ~Q(path="") & Q(size__isnull=False)),
                name="a_ready_release_has_a_file_and_its_hash",
            )
        ]


class Comparison(models.Model):
    """Human against model on one turn, kept so that lists and queues sort by an index. Rebuilt from the rows.

    `model` and `human` are on the dimension's scale; `gap` is model minus human in units of the scale's width
    (-1..1); `surprise` ranks by how far the model lies outside what another rater would have said: -log10 of the
    chance of it under the rater model, or, where none can be fitted and the three fields of it are null, the gap in
    units of the raters' spread.
    """

    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, primary_key=True, related_name="comparison")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+", db_index=False)
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+", db_index=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="comparisons", db_index=False)
    dimension_version = models.ForeignKey(DimensionVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    model = models.FloatField()
    human = models.FloatField()
    raters = models.PositiveIntegerField()
    spread = models.FloatField(null=True, help_text="Standard deviation of the raters, when two or more.")
    gap = models.FloatField()
    size = models.FloatField(help_text="The gap without its sign.")
    surprise = models.FloatField(default=0)
    usual_low = models.FloatField(null=True, help_text="Lower bound of what 95 % of further raters would say.")
    usual_high = models.FloatField(null=True)
    as_far = models.FloatField(null=True, help_text="Share of people's own ratings as far from the others' of an item.")

    class Meta:
        indexes = [
            models.Index(fields=["corpus", "checkpoint", "-size", "prediction"], name="by_gap"),
            models.Index(fields=["corpus", "checkpoint", "-surprise", "prediction"], name="by_surprise"),
            models.Index(fields=["conversation", "checkpoint"], name="of_a_conversation"),
        ]

    @property
    def usual(self) -> tuple[float, float] | None:
        """What another person would say, 95 %, within the scale; None where no rater model could be fitted."""
        if self.usual_low is None or self.usual_high is None:
            return None
        points = [point["value"] for point in self.dimension_version.scale]
        return max(self.usual_low, min(points)), min(self.usual_high, max(points))

    @property
    def beyond_people(self) -> bool:
        """The model lies outside of it."""
        known = self.usual_low is not None and self.usual_high is not None
        return known and not self.usual_low <= self.model <= self.usual_high  # type: ignore[operator]


class ConversationGap(models.Model):
    """The gaps of one conversation under one checkpoint: their mean size, which next and previous walk along, and their
    profile, by which conversations that diverge alike are found (`scoring.likeness` has the rule)."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="gaps", db_index=False)
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+", db_index=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="+", db_index=False)
    turns = models.PositiveIntegerField()
    mean_size = models.FloatField()
    profile = ArrayField(models.FloatField(), null=True, help_text="People minus model at likeness.POINTS places.")
    diverges_at = models.PositiveIntegerField(null=True, help_text="Index of the first turn that diverges.")
    diverges = models.FloatField(default=1, help_text="Its place among the compared turns, 0 to 1; 1 for none.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "checkpoint"], name="one_gap_per_conversation_and_checkpoint"
            )
        ]
        indexes = [models.Index(fields=["corpus", "checkpoint", "-mean_size", "conversation"], name="by_mean_gap")]


class ComparisonState(models.Model):
    """Up to which rating, submitted task and prediction the comparisons of a corpus and checkpoint are true.

    A draft is a row before it is a rating, so that the newest row alone does not tell that a task was submitted since.
    """

    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="+")
    rating_seen = models.BigIntegerField(default=0)
    tasks_seen = models.BigIntegerField(default=0, help_text="How many tasks of the corpus were submitted.")
    maps_seen = models.BigIntegerField(default=0, help_text="The newest map between versions of dimensions.")
    predictions_seen = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corpus", "checkpoint"], name="one_state_per_corpus_and_checkpoint")
        ]


class TextEmbedding(models.Model):
    """What a text means, once for every text: by the sha256 of its UTF-8 bytes, whatever turns it stands in.

    `vector` is 384 signed bytes (`scoring.likeness.packed`), `length` what they measure as a vector.
    """

    signature = models.CharField(max_length=200, help_text="What it was computed with.")
    digest = models.CharField(max_length=64)
    vector = models.BinaryField()
    length = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["signature", "digest"], name="one_embedding_per_text")]


class EmbeddedTurn(models.Model):
    """A turn whose text has an embedding. The sketch stands here too, so that a search reads one narrow table.

    `embedding` null: the text has no word to embed.
    """

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, primary_key=True, related_name="meaning")
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    embedding = models.ForeignKey(TextEmbedding, on_delete=models.PROTECT, null=True, related_name="turns")
    sketch = BitField(bits=384, null=True)


class AnalysisKind(models.TextChoices):
    WORKBENCH = "workbench", "metric workbench"
    AGREEMENT = "agreement", "agreement of raters"
    RATERS = "raters", "raters"
    BUDGET = "budget", "how many more ratings"


class Analysis(models.Model):
    """Statistics of one corpus (or one campaign) and dimension, computed by the default worker; pages only read
    `result`.

    `seen` says what ratings and predictions the result is of; where the data has gone on, it is computed again.
    """

    kind = models.CharField(max_length=10, choices=AnalysisKind.choices)
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    dimension = models.ForeignKey(Dimension, on_delete=models.CASCADE, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="+")
    seen = models.CharField(max_length=100, blank=True)
    result = models.JSONField(null=True)
    problem = models.TextField(blank=True, help_text="Why it could not be computed, in words.")
    asked_at = models.DateTimeField(default=timezone.now)
    computed_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "corpus", "dimension", "campaign"], nulls_distinct=False, name="one_analysis_of_a_kind"
            )
        ]


class PromotionState(models.TextChoices):
    QUEUED = "queued", "queued"
    PASSED = "passed", "passed"
    REFUSED = "refused", "refused"
    OVERRIDDEN = "overridden", "overridden"


class Promotion(models.Model):
    """A request to make a checkpoint active, and what the gate decided from which figures. Never changed afterwards,
    but for an admin's override, which needs a reason."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="promotions")
    current = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, null=True, related_name="+")
    corpus = models.ForeignKey(Corpus, on_delete=models.CASCADE, related_name="+")
    by_slice = models.CharField(
        max_length=10, blank=True, help_text="split, topic or config: its slices are protected."
    )
    state = models.CharField(max_length=10, choices=PromotionState.choices, default=PromotionState.QUEUED)
    decision = models.JSONField(default=dict)
    override_reason = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    overridden_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
