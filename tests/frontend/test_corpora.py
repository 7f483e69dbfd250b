"""The corpora room: upload, progress, every bad line, conflicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from annotate.actions.run_import_job import run_import_job
from annotate.models import Conversation, Corpus, ImportConflict, ImportJob
from tests.factories import make_corpus, make_user

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = {"id": "c1", "turns": [{"speaker": "a", "text": "hello"}, {"speaker": "b", "text": "hi"}]}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings) -> None:
    settings.UPLOADS = tmp_path / "uploads"


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(make_user("admin"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def upload(admin: Client, *lines: object, key: str = "mine", name: str = "mine.jsonl") -> ImportJob:
    content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    answer = admin.post(
        reverse("import_new"),
        {"format": "jsonl", "corpus_key": key, "corpus_name": "Mine", "files": SimpleUploadedFile(name, content)},
    )
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    job = ImportJob.objects.latest("pk")
    run_import_job(job_id=job.pk)
    job.refresh_from_db()
    return job


def test_an_upload_becomes_a_corpus(admin: Client) -> None:
    job = upload(admin, GOOD)
    assert job.state == "done"
    assert Conversation.objects.get(external_id="c1").turn_count == 2
    page = admin.get(reverse("import_job", args=[job.pk])).content.decode()
    assert "mine.jsonl" in page and "hx-get" not in page.split('id="import"')[1].split(">")[0]
    assert "Mine" in admin.get(reverse("corpora")).content.decode()


def test_a_bad_file_is_shown_with_every_line_and_field_and_writes_nothing(admin: Client) -> None:
    job = upload(admin, GOOD, {"id": "c2", "turns": []}, "{nonsense", {"id": 3, "turns": [{"speaker": "a", "text": 7}]})
    assert job.state == "failed" and not Conversation.objects.exists()
    page = admin.get(reverse("import_job", args=[job.pk])).content.decode()
    for words in ("line 2", "line 3", "line 4", "turns", "text"):
        assert words in page
    assert "Nothing was written" in page


def test_what_arrives_changed_is_a_conflict_and_not_taken_over(admin: Client) -> None:
    upload(admin, GOOD)
    job = upload(admin, {**GOOD, "turns": [{"speaker": "a", "text": "other words"}]})
    assert job.state == "done" and ImportConflict.objects.count() == 1
    assert Conversation.objects.get().turns.get(index=0).text == "hello"
    corpus = Corpus.objects.get(key="mine")
    page = admin.get(reverse("corpus", args=[corpus.pk])).content.decode()
    assert "c1" in page and "What is here was kept" in page


def test_a_form_without_files_or_into_a_corpus_of_another_format_is_answered(admin: Client) -> None:
    answer = admin.post(reverse("import_new"), {"format": "jsonl", "corpus_key": "x"})
    assert answer.status_code == 422
    make_corpus(key="there")
    Corpus.objects.update(format="usr")
    answer = admin.post(
        reverse("import_new"), {"format": "jsonl", "corpus_key": "there", "files": SimpleUploadedFile("a", b"{}")}
    )
    assert answer.status_code == 422 and b"came as usr" in answer.content
    assert not ImportJob.objects.exists()


def test_cancel_before_it_starts_writes_nothing(admin: Client) -> None:
    admin.post(
        reverse("import_new"),
        {"format": "jsonl", "corpus_key": "x", "files": SimpleUploadedFile("a", json.dumps(GOOD).encode())},
    )
    job = ImportJob.objects.get()
    admin.post(reverse("import_cancel", args=[job.pk]))
    run_import_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "cancelled" and not Conversation.objects.exists()


def test_the_list_costs_few_queries(admin: Client, django_assert_max_num_queries) -> None:
    for _ in range(12):
        make_corpus()
    with django_assert_max_num_queries(8):  # session and person, one for the corpora, one for the imports, the worker
        assert admin.get(reverse("corpora")).status_code == 200
