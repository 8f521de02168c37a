"""A backup holds everything, notices every damage, and never destroys what it was not told to."""

import re
import shutil
import threading
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from dashboard.metrics import store
from dashboard.runs import files
from dashboard.runs.models import Run
from dashboard.storage import backup, bundle, postgres_copy
from dashboard.training.housekeeping import _beat
from tests.conftest import lines, scalars
from tests.storage.given import PICTURE, ended, heavy

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_samples():
    shutil.rmtree(backup._samples(), ignore_errors=True)


@pytest.fixture
def made(tmp_path):
    """A run, and a backup of it."""
    run = heavy("kept", points=50, log=3000)
    path = tmp_path / "backup.tar"
    call_command("backup", path)
    return run, path


def wipe():
    Run.objects.all().delete()
    shutil.rmtree(backup._samples(), ignore_errors=True)


def test_what_was_there_is_there_again(made):
    run, path = made
    User.objects.create_user("came later")
    wipe()
    ended("came later, too")
    call_command("restore", path, replace=True)
    assert list(Run.objects.values_list("pk", "name")) == [(run.pk, "kept")]
    assert len(store.read(run.pk)["train/loss"].steps) == 49
    assert store.account(run.pk).balanced
    assert store.log_tail(run.pk).size == 3000
    assert files.read(run.pk, PICTURE) == b"p" * 500
    assert not User.objects.exists()


def test_the_restored_installation_goes_on(made):
    run, path = made
    call_command("restore", path, replace=True)
    other = heavy("next")
    assert other.number == run.number + 1
    assert len(store.read(other.pk)["train/loss"].steps) == 99


def test_it_is_made_while_others_write(tmp_path, run):
    """Every backup holds a moment: points up to some post, and none beyond."""
    done = threading.Event()

    def write():
        offset, step = 0, 0
        while not done.is_set():
            step += 1
            body = lines(scalars(step, train_loss=float(step)))
            offset = store.append(run.pk, offset, body).offset
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(3):
            backup.write(tmp_path / f"{n}.tar")
    finally:
        done.set()
        writer.join()
    total = store.account(run.pk).stored
    backup.replace(tmp_path / "2.tar")
    account = store.account(run.pk)
    assert account.balanced
    assert 0 < account.stored <= total
    assert store.read(run.pk)["train/loss"].steps.tolist() == list(range(1, account.stored + 1))


def test_it_does_not_overwrite_a_file(made):
    _run, path = made
    before = path.read_bytes()
    with pytest.raises(CommandError, match="already"):
        call_command("backup", path)
    assert path.read_bytes() == before


def test_it_is_readable_by_its_owner_alone(made):
    assert made[1].stat().st_mode & 0o077 == 0


def test_a_folder_that_is_not_there_is_told_and_nothing_is_left(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("backup", tmp_path / "no" / "backup.tar")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_breaks_off_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    heavy()
    monkeypatch.setattr(bundle.Writer, "close", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("backup", tmp_path / "backup.tar")
    assert list(tmp_path.iterdir()) == []


def test_it_is_not_restored_over_something_unless_that_is_said(made):
    _run, path = made
    with pytest.raises(
        CommandError, match=r"a database with \d+ tables and samples in .*--replace"
    ):
        call_command("restore", path)
    assert Run.objects.count() == 1


def test_it_is_not_restored_while_somebody_is_at_work(made):
    _run, path = made
    _beat()
    with pytest.raises(CommandError, match=r"housekeeping on .* stop it first"):
        call_command("restore", path, replace=True)


@pytest.mark.parametrize("where", [600, 0.3, 0.9, -2000])
def test_every_damage_is_noticed_and_changes_nothing(made, where):
    _run, path = made
    data = bytearray(path.read_bytes())
    place = where if where > 1 or where < 0 else int(len(data) * where)
    data[place] ^= 0x40
    path.write_bytes(data)
    if where == -2000:
        path.write_bytes(data[:-12_000])
    ended("still here")
    with pytest.raises(CommandError, match="nothing was restored"):
        call_command("restore", path, replace=True)
    assert Run.objects.filter(name="still here").exists()


@pytest.mark.parametrize("content", [b"", b"junk" * 1000, b"\0" * 20_480])
def test_what_is_no_backup_is_told_so(tmp_path, content):
    path = tmp_path / "other.tar"
    path.write_bytes(content)
    with pytest.raises(CommandError, match="no backup of Fixpoint"):
        call_command("restore", path, replace=True)


def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, made):
    import tarfile

    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(made[1], "../../evil")
    with pytest.raises(bundle.Broken, match="does not belong"):
        bundle.unpack(path, tmp_path / "into")
    assert not (tmp_path.parent / "evil").exists()


def changed(path, pattern, other):
    """The manifest edited, in its length."""
    data = path.read_bytes()
    assert re.search(pattern, data)
    path.write_bytes(re.sub(pattern, other, data, count=1))


def test_a_backup_of_a_newer_version_is_refused(made):
    changed(made[1], rb'"runs.0004_life"', b'"runs.9999_life"')
    with pytest.raises(CommandError, match=r"newer version.*runs.9999_life.*update first"):
        call_command("restore", made[1], replace=True)


def test_a_backup_of_the_other_database_is_refused(made):
    kind = connection.vendor
    other = {"sqlite": "mssql!", "postgresql": "postgres!!"}[kind]
    changed(made[1], f'"kind": "{kind}"'.encode(), f'"kind": "{other}"'.encode())
    with pytest.raises(CommandError, match="set DATABASE_URL accordingly"):
        call_command("restore", made[1], replace=True)


def test_an_empty_installation_needs_no_flag(made, monkeypatch):
    run, path = made
    wipe()
    monkeypatch.setattr(backup, "holdings", lambda: "")
    call_command("restore", path)
    assert Run.objects.get().pk == run.pk


def test_missing_programs_of_postgresql_are_named(monkeypatch):
    monkeypatch.setattr(postgres_copy, "FOLDERS", Path("/nowhere"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(postgres_copy.NoTool, match="apt-get install postgresql-client"):
        postgres_copy.tool("pg_dump")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's way")
def test_a_restore_that_fails_halfway_is_undone(made, monkeypatch, tmp_path):
    _run, path = made
    ended("still here")
    real = postgres_copy._drop
    monkeypatch.setattr(postgres_copy, "_drop", lambda: real() + "\nSELECT 1/0;")
    with pytest.raises(CommandError, match="division by zero"):
        call_command("restore", path, replace=True)
    assert Run.objects.filter(name="still here").exists()


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's way")
def test_a_dump_that_ends_too_soon_is_undone(made, monkeypatch, tmp_path):
    ended("still here")
    dump = tmp_path / "database"
    postgres_copy.dump(dump)
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    with pytest.raises(postgres_copy.Failed):
        postgres_copy.load(dump)
    assert Run.objects.filter(name="still here").exists()
