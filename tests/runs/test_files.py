"""A run's files: whole or not at all, within limits, and gone with the run."""

import pytest

from dashboard.runs import files

NAME = "a" * 32 + ".png"


def test_what_is_kept_is_read_again(run):
    assert files.keep(run.pk, NAME, b"picture") is True
    assert files.keep(run.pk, NAME, b"picture") is False
    assert files.read(run.pk, NAME) == b"picture"
    assert files.names(run.pk) == {NAME}


def test_what_has_not_arrived_is_none(run):
    assert files.read(run.pk, NAME) is None
    assert files.names(run.pk) == set()


def test_a_torn_file_is_replaced(run):
    files.keep(run.pk, NAME, b"pict")
    assert files.keep(run.pk, NAME, b"picture") is True
    assert files.read(run.pk, NAME) == b"picture"


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_BYTES"])
def test_a_run_has_a_limit_that_says_what_to_do(run, monkeypatch, limit):
    monkeypatch.setattr(files, limit, 1)
    monkeypatch.setattr(files, "MOST_BYTES" if limit == "MOST_FILES" else "MOST_FILES", 10_000)
    files.keep(run.pk, NAME, b"1")
    with pytest.raises(files.Full, match="write samples less often"):
        files.keep(run.pk, NAME.replace("a", "b"), b"2")


def test_a_write_that_fails_leaves_nothing(run, monkeypatch):
    files.keep(run.pk, NAME, b"1")

    def full(path, data):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        files.keep(run.pk, NAME.replace("a", "b"), b"2")
    assert [path.name for path in files.folder(run.pk).iterdir()] == [NAME]


def test_a_deleted_run_takes_its_files_with_it(run, django_capture_on_commit_callbacks):
    files.keep(run.pk, NAME, b"1")
    folder = files.folder(run.pk)
    with django_capture_on_commit_callbacks(execute=True):
        run.delete()
    assert not folder.exists()
