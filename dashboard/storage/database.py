"""How large the database is, and giving back to the disk what was deleted in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

STEP = 1000  # pages given back in one transaction: a writer waits no longer than for these


@dataclass(frozen=True)
class Database:
    """In bytes. spare: inside the file, used again before it grows; PostgreSQL does not tell.

    shrinks: the file gives back what is deleted. A SQLite file of before that was so does not,
    until it is compacted once.
    """

    kind: str
    size: int
    spare: int | None
    shrinks: bool


def prepare(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Told of each new connection: a new SQLite file gets the manner that it keeps.

    auto_vacuum comes first, since once the file has a page it is too late; and only then, since
    saying it again is a write, which would wait for other writers and wake every open page.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        if cursor.fetchone()[0] == 0:
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        cursor.execute("PRAGMA journal_mode=WAL")


def database() -> Database:
    if connection.vendor != "sqlite":
        size = _number("SELECT pg_database_size(current_database())")
        return Database("PostgreSQL", size, spare=None, shrinks=False)
    page = _number("PRAGMA page_size")
    spare = _number("PRAGMA freelist_count") * page
    return Database("SQLite", _size_of_files(), spare, shrinks=_shrinks())


def reclaim(until: float) -> bool:
    """Give free pages of SQLite's file back, until time.monotonic() says `until`.

    True where nothing is left to give. PostgreSQL does by itself what it can (autovacuum).
    """
    if connection.vendor != "sqlite" or not _shrinks():
        return True
    while left := _number("PRAGMA freelist_count"):
        if monotonic() >= until:
            return False
        _give_back(STEP)
        if _number("PRAGMA freelist_count") >= left:
            return False  # a reader still needs them
    _run("PRAGMA wal_checkpoint(PASSIVE)")  # only now the file is cut
    return True


def compact() -> None:
    """Write the whole database anew, without gaps. Nobody else can use it meanwhile.

    Needs as much free disk as the database is large.
    """
    if connection.vendor == "sqlite":
        _run("PRAGMA auto_vacuum=INCREMENTAL")
        _run("VACUUM")
        _run("PRAGMA wal_checkpoint(TRUNCATE)")
    else:
        _run("VACUUM (FULL, ANALYZE)")


def _shrinks() -> bool:
    return _number("PRAGMA auto_vacuum") != 0


def _size_of_files() -> int:
    name = str(connection.settings_dict["NAME"])
    files = (Path(name + more) for more in ("", "-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _give_back(pages: int) -> None:
    """As a script: a page is freed at each step, and only a script is stepped to its end."""
    with connection.cursor() as cursor:
        cursor.executescript(f"PRAGMA incremental_vacuum({pages})")


def _run(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)
