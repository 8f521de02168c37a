"""Is what was read from the database still so? The question that every open page asks each second.

An answer says what it was made of (`declare`); whoever keeps the answer asks `state` and `version`
before giving it again, which cost one small query each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest

from dashboard.runs.models import Run

DECLARED = "fixpoint.made_of"  # a key of the ASGI scope


@dataclass(frozen=True)
class MadeOf:
    """What an answer depends on beside its address and language.

    runs: their ids, with `version` theirs when it was made; empty where anything in the database
    may change it. reader: whom alone it is for; "" where it says the same to everybody.
    """

    runs: tuple[str, ...] = ()
    version: str = ""
    reader: str = ""


def declare(request: HttpRequest, made_of: MadeOf) -> None:
    """Tell who serves this request that its answer may be given again while nothing changed."""
    scope = getattr(request, "scope", None)  # only the ASGI server has one
    if scope is not None:
        scope[DECLARED] = made_of


def declared(scope: Any) -> MadeOf | None:
    found: MadeOf | None = scope.get(DECLARED)
    return found


def version_of(runs: Iterable[Run]) -> str:
    """Of rows at hand: what is read after them is as new as this version, or newer."""
    return _digest((run.pk, run.version) for run in runs)


def version(run_ids: Iterable[str]) -> str:
    """Changes whenever anything that is shown of these runs does. One look-up by primary key."""
    return _digest(Run.objects.filter(pk__in=list(run_ids)).values_list("pk", "version"))


def _digest(rows: Iterable[tuple[str, int]]) -> str:
    return hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:16]


class Glance:
    """One connection that tells whether anybody committed anything since it was last asked.

    Of one thread alone. SQLite counts the commits of all other connections; PostgreSQL's snapshot
    names the transactions that are over. Two equal answers mean: the same data are seen.
    """

    def __init__(self) -> None:
        self._held: Any = None
        self._times = 0
        self._file = 0

    def state(self) -> str:
        """Compare it with an earlier one; it says nothing else."""
        self._check_file()
        with connection.cursor() as cursor:
            if connection.connection is not self._held:  # another one counts from elsewhere
                self._held, self._times = connection.connection, self._times + 1
            cursor.execute(QUESTIONS[connection.vendor])
            (told,) = cursor.fetchone()
        return f"{self._times} {told}"

    def _check_file(self) -> None:
        """A database file that was put in place of ours is not seen through an open connection."""
        if connection.vendor != "sqlite":
            return
        path = Path(str(connection.settings_dict["NAME"]))
        number = path.stat().st_ino if path.exists() else 0
        if number != self._file:
            connection.close()
            self._file = number

    def close(self) -> None:
        connection.close()


QUESTIONS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT pg_current_snapshot()::text",
}
