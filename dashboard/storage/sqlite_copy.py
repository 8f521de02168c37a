"""SQLite's own online backup: a copy of one moment, while everybody goes on writing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection, connections


class Damaged(Exception):
    """The database itself is not sound."""


def dump(target: Path) -> None:
    """Damaged: the copy, and so the database, is not sound."""
    with closing(sqlite3.connect(_path())) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
        (told,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if told != "ok":
            raise Damaged(f"SQLite finds that {_path()} is damaged: {told}")


def load(source: Path) -> None:
    """Put the copy in the database's place, at one stroke. Nobody may have it open."""
    path = _path()
    connections.close_all()
    fresh = path.with_name(f"{path.name}.restoring")
    shutil.move(source, fresh)
    for more in ("-wal", "-shm"):  # of the database that goes: they would spoil the other
        path.with_name(path.name + more).unlink(missing_ok=True)
    fresh.replace(path)


def _path() -> Path:
    return Path(connection.settings_dict["NAME"])
