"""An upload is imported by the worker from its rows: all or nothing, cancellable, and no message is needed twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from annotate import wake
from annotate.actions import run_import_job as running
from annotate.actions.cancel_import import cancel_import
from annotate.actions.request_import import ImportRefused, request_import
from annotate.actions.run_import_job import run_import_job
from annotate.actions.sweep_imports import sweep_imports
from annotate.importing.registry import UnknownFormat
from annotate.models import Conversation, Corpus, ImportConflict, ImportJob, Rating
from annotate.models.importing import JobState
from people.models import AuditEvent
from tests.annotate.importing import worlds
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch, settings: LazySettings, tmp_path: Path) -> Iterator[list[int]]:
    """Uploads in a folder of their own; messages are kept in a list."""
    settings.UPLOADS = tmp_path / "uploads"
    jobs: list[int] = []
    for module in ("request_import", "cancel_import", "sweep_imports"):
        monkeypatch.setattr(f"annotate.actions.{module}.wake_importer", jobs.append)
    yield jobs


def queued(files: list[tuple[str, bytes]], *, key: str = "chat", format: str = "topical_chat") -> ImportJob:
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return request_import(
        corpus_key=key, corpus_name="Chat", format=format, files=uploads, requested_by=make_user("admin")
    )


def on_disk(settings: LazySettings) -> list[Path]:
    return list(Path(settings.UPLOADS).iterdir())


def test_an_upload_becomes_a_corpus(sent: list[int], settings: LazySettings) -> None:
    job = queued(worlds.files())
    assert sent == [job.pk]
    assert len(on_disk(settings)) == 4
    assert {path.stat().st_mode & 0o777 for path in on_disk(settings)} == {0o600}
    run_import_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.problems, job.lease_until) == (JobState.DONE, [], None)
    assert job.report["conversations"] == 1
    assert job.report["ratings"] == 8
    assert job.corpus == Corpus.objects.get(key="chat", name="Chat", format="topical_chat")
    assert on_disk(settings) == []
    assert set(AuditEvent.objects.values_list("verb", flat=True)) >= {"import.request", "corpus.import"}


def test_the_same_upload_again_changes_nothing() -> None:
    run_import_job(job_id=queued(worlds.files()).pk)
    before = list(Rating.objects.order_by("pk").values())
    again = queued(worlds.files())
    run_import_job(job_id=again.pk)
    again.refresh_from_db()
    assert (again.state, again.report["unchanged"], again.report["conversations"]) == (JobState.DONE, 1, 0)
    assert list(Rating.objects.order_by("pk").values()) == before


def test_a_changed_conversation_is_a_conflict_of_the_job() -> None:
    run_import_job(job_id=queued(worlds.files()).pk)
    changed = worlds.conversation()
    changed["content"][1]["message"] = "I do not."
    job = queued(worlds.files(t_1=changed))
    run_import_job(job_id=job.pk)
    conflict = ImportConflict.objects.get(job=job)
    assert conflict.conversation.external_id == "t_1"
    assert conflict.conversation.turns.get(index=1).text == "I do."


def test_a_bad_file_writes_nothing_and_lists_everything(settings: LazySettings) -> None:
    bad = worlds.conversation()
    bad["content"][0]["turn_rating"] = "Great"
    bad["content"][1]["agent"] = "agent_3"
    job = queued(worlds.files(t_1=worlds.conversation(), t_2=bad))
    run_import_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert [(each["where"], each["field"]) for each in job.problems] == [
        ("test_freq.json, t_2, turn 1", "turn_rating"),
        ("test_freq.json, t_2, turn 2", "agent"),
    ]
    assert job.problem_count == 2
    assert not Corpus.objects.filter(key="chat").exists()
    assert not Conversation.objects.exists()
    assert on_disk(settings) == []


def test_a_worker_that_dies_between_the_copies_leaves_nothing_and_the_next_one_does_it(
    monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    job = queued(worlds.files())

    class Killed(BaseException):
        """As SIGKILL: nothing of ours gets to run after it."""

    real = running.import_corpus

    def dying(**arguments: object) -> None:
        real(**arguments)  # type: ignore[arg-type]
        assert Conversation.objects.count() == 1
        raise Killed

    monkeypatch.setattr(running, "import_corpus", dying)
    with pytest.raises(Killed):
        run_import_job(job_id=job.pk)
    assert not Conversation.objects.exists()
    monkeypatch.setattr(running, "import_corpus", real)
    run_import_job(job_id=job.pk)  # its lease still holds: the message of a living worker
    assert not Conversation.objects.exists()
    ImportJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sent.clear()
    sweep_imports()
    assert sent == [job.pk]
    run_import_job(job_id=job.pk)
    assert Conversation.objects.count() == 1


def test_a_job_that_kills_every_worker_is_given_up_in_words() -> None:
    job = queued(worlds.files())
    ImportJob.objects.update(attempts=running.ATTEMPTS, state=JobState.RUNNING, lease_until=timezone.now())
    run_import_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "given up after 3 attempts" in job.problems[0]["message"]


def test_a_waiting_import_is_cancelled(settings: LazySettings, sent: list[int]) -> None:
    job = queued(worlds.files())
    sent.clear()
    cancel_import(job=job, by=make_user("admin"))
    assert sent == [job.pk]
    run_import_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert on_disk(settings) == []
    assert not Corpus.objects.filter(key="chat").exists()


def test_a_running_import_is_cancelled_before_it_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    job = queued(worlds.files())
    real = running.import_corpus

    def asked_meanwhile(**arguments: object) -> object:
        report = real(**arguments)  # type: ignore[arg-type]
        # As another process would: outside this transaction.
        from django.db import connection

        side = connection.copy()
        with side.cursor() as cursor:
            cursor.execute("UPDATE annotate_importjob SET cancel_requested = true")
        side.close()
        return report

    monkeypatch.setattr(running, "import_corpus", asked_meanwhile)
    run_import_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not Corpus.objects.filter(key="chat").exists()


def test_what_cannot_be_queued_is_refused_and_leaves_no_file(settings: LazySettings) -> None:
    with pytest.raises(ImportRefused, match="at least one file"):
        queued([])
    with pytest.raises(UnknownFormat, match="topical_chat"):
        queued(worlds.files(), format="wav")
    settings.IMPORT_MAX_BYTES = 100
    with pytest.raises(ImportRefused, match="larger than"):
        queued(worlds.files())
    assert on_disk(settings) == []
    assert not ImportJob.objects.exists()


def test_a_corpus_keeps_its_format() -> None:
    run_import_job(job_id=queued(worlds.files()).pk)
    with pytest.raises(ImportRefused, match="came as topical_chat"):
        queued([("a.txt", b"USER\tHi.\t\t3\n")], format="uss")


def test_a_broker_that_is_away_loses_nothing(monkeypatch: pytest.MonkeyPatch, sent: list[int]) -> None:
    def away(*arguments: object, **options: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(wake.current_app, "send_task", away)
    wake.wake_importer(1)
    job = queued(worlds.files())
    ImportJob.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    sent.clear()
    sweep_imports()
    assert sent == [job.pk]
