"""Samples: brought by workers, checked, shown to whoever may read."""

import io
import struct
import zlib

import msgspec
import numpy as np
import pytest
from PIL import Image

from dashboard.metrics import store
from dashboard.runs import files
from dashboard.runs.models import Run
from tests.conftest import lines
from trainers.sample_document import FILE_LIMIT, Document, PictureOnDisk, WordsOnDisk, file_name

pytestmark = pytest.mark.django_db

BYTES = "application/octet-stream"


def png(value=7, size=(4, 3)):
    kept = io.BytesIO()
    Image.new("RGB", size, (value, value, value)).save(kept, "PNG")
    return kept.getvalue()


def document(*cells, **more):
    told = {"name": "boxes", "title": "Boxes", "step": 4, "rows": (cells,), **more}
    return msgspec.json.encode(Document(**told))


def put(client, run, data, name=""):
    right = file_name(data, "png" if data.startswith(b"\x89PNG") else "json")
    path = f"/api/runs/{run.pk}/samples/{name or right}/"
    return client.put(path, data, content_type=BYTES)


def test_a_file_is_stored_once_and_sending_it_again_is_harmless(worker, run):
    assert put(worker, run, png()).json() == {"stored": True}
    assert put(worker, run, png()).json() == {"stored": False}


def test_a_picture_is_served_to_viewers_with_its_type_and_for_ever(worker, as_scope, run):
    put(worker, run, png())
    path = f"/api/runs/{run.pk}/samples/{file_name(png(), 'png')}/"
    answer = as_scope("viewer").get(path, headers={"Accept": "image/*"})
    assert (answer.content, answer["Content-Type"]) == (png(), "image/png")
    assert "immutable" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    again = as_scope("viewer").get(path, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_only_those_who_may_read_see_it_and_only_workers_bring_it(client, worker, as_scope, run):
    put(worker, run, png())
    path = f"/api/runs/{run.pk}/samples/{file_name(png(), 'png')}/"
    assert client.get(path).status_code == 401
    assert worker.get(path).status_code == 403
    assert put(as_scope("member"), run, png(9)).status_code == 403
    assert put(client, run, png(9)).status_code == 401


def test_a_new_document_changes_the_page_and_an_old_one_does_not(worker, run):
    def version():
        return Run.objects.get(pk=run.pk).version

    before = version()
    put(worker, run, png())
    assert version() == before
    put(worker, run, document(WordsOnDisk("a cat")))
    after = version()
    assert after > before
    put(worker, run, document(WordsOnDisk("a cat")))
    assert version() == after


def test_the_list_tells_every_sample_and_whether_it_arrived(worker, as_scope, run):
    data = document(WordsOnDisk("a cat"))
    file = file_name(data, "json")
    event = {"kind": "sample", "step": 4, "name": "boxes", "file": file}
    store.append(run.pk, 0, lines(event))
    path = f"/api/runs/{run.pk}/samples/"
    (told,) = as_scope("viewer").get(path).json()["samples"]
    assert (told["step"], told["name"], told["arrived"]) == (4, "boxes", False)
    put(worker, run, data)
    (told,) = as_scope("viewer").get(path).json()["samples"]
    assert told["arrived"] is True
    assert as_scope("viewer").get(told["document"]).json()["rows"][0][0]["text"] == "a cat"


def bomb():
    """A PNG of few bytes that would be 60 000 × 60 000 pixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\x89PNG junk", "no PNG"),
        (png()[:-20], "no PNG"),
        (bomb(), "longest side may be 4096|no PNG"),
        (b"<script>alert(1)</script>", "no sample's document"),
        (b'{"name": "boxes"}', "no sample's document"),
        (document(name=""), "1 to 250 printable"),
        (document(WordsOnDisk("x" * 3000)), "2000 characters"),
        (document(*[WordsOnDisk("x")] * 60), "rows of 50 cells"),
        (document(PictureOnDisk("../../secret-key", (1, 1))), "cannot be a picture's file"),
        (document(PictureOnDisk("a" * 32 + ".png", (0, 1))), "has pixels"),
    ],
)
def test_junk_is_refused_and_nothing_stored(worker, run, data, why):
    answer = put(worker, run, data)
    assert answer.status_code == 400
    assert any(part in answer.json()["detail"] for part in why.split("|"))
    assert files.names(run.pk) == set()


@pytest.mark.parametrize(
    "name", ["..%2f..%2fsecret-key", "secret-key", "..", "A" * 32 + ".png", "a" * 32 + ".svg"]
)
def test_no_name_leads_out_of_the_runs_folder(worker, as_scope, run, name):
    answer = put(worker, run, png(), name)
    assert answer.status_code in (400, 404)
    assert as_scope("viewer").get(f"/api/runs/{run.pk}/samples/{name}/").status_code == 404
    assert files.names(run.pk) == set()


def test_a_name_that_is_not_the_contents_is_refused(worker, run):
    answer = put(worker, run, png(), file_name(png(9), "png"))
    assert "SHA-256" in answer.json()["detail"]


def test_nine_megabytes_are_refused_with_the_limit(worker, run):
    noise = np.random.default_rng(0).bytes(FILE_LIMIT + 1)
    answer = put(worker, run, noise, "a" * 32 + ".png")
    assert answer.status_code == 413
    assert "8 MiB" in answer.json()["detail"]


def test_a_run_with_too_many_files_says_so(worker, run, monkeypatch):
    monkeypatch.setattr(files, "MOST_FILES", 1)
    put(worker, run, png())
    answer = put(worker, run, png(9))
    assert answer.status_code == 413
    assert "write samples less often" in answer.json()["detail"]


def test_a_full_disk_is_told_as_the_apps_so_that_it_is_tried_again(worker, run, monkeypatch):
    def full(*_: object) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "keep", full)
    answer = put(worker, run, png())
    assert answer.status_code == 507
    assert "No space left" in answer.json()["detail"]


def test_samples_of_an_unknown_run_are_not_found(worker, as_scope):
    path = f"/api/runs/{'0' * 32}/samples/"
    assert worker.put(f"{path}{file_name(png(), 'png')}/", png()).status_code == 404
    assert as_scope("viewer").get(path).status_code == 404
