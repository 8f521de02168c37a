"""A purge frees the disk, not only the database."""

import math
from pathlib import Path
from time import monotonic

import pytest
from django.db import connection, connections

from dashboard.runs import lifecycle
from dashboard.storage import database, purging
from tests.storage.given import heavy

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'sqlite'", reason="PostgreSQL's autovacuum does its part by itself"
    ),
]
MB = 1_000_000


def size():
    return Path(connection.settings_dict["NAME"]).stat().st_size


def spare() -> int:
    return database.database().spare or 0


@pytest.fixture
def swollen():
    """The size before a run of 20 MB came, and the run, given up."""
    heavy()
    database.reclaim(math.inf)
    before = size()
    run = heavy(log=20 * MB)
    lifecycle.trash(run)
    lifecycle.purge(run, by="lin")
    return before


def test_the_file_is_as_small_as_before_the_run(swollen):
    purging.work(math.inf)
    assert database.database().shrinks
    assert spare() > 19 * MB
    assert database.reclaim(math.inf) is True
    assert spare() == 0
    assert size() - swollen < 0.5 * MB


def test_a_new_connection_writes_nothing():
    def commits():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA data_version")
            return cursor.fetchone()[0]

    before = commits()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM runs_run")
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    other.close()
    assert commits() == before


def test_it_is_given_back_in_small_steps(swollen, monkeypatch):
    purging.work(math.inf)
    ticks = iter(range(100))
    monkeypatch.setattr(database, "monotonic", lambda: next(ticks))
    before = spare()
    assert database.reclaim(2) is False
    assert before - spare() == 2 * database.STEP * 4096


def test_no_time_gives_nothing_back(swollen):
    purging.work(math.inf)
    assert database.reclaim(monotonic() - 1) is False


def test_an_old_file_shrinks_once_it_was_compacted(tmp_path, swollen):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA auto_vacuum=NONE")
        cursor.execute("VACUUM")
    assert database.database().shrinks is False
    purging.work(math.inf)
    assert database.reclaim(math.inf) is True  # there is nothing that it could do
    assert size() > 20 * MB
    database.compact()
    assert database.database().shrinks is True
    assert size() - swollen < 0.5 * MB
