"""The reader's questions in SQL: Django takes longer to word one than SQLite to answer it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection

AT_ONCE = 5000  # values in one list


def rows(select: str, among: Collection[Any], then: str = "") -> Iterator[tuple[Any, ...]]:
    """What `select` … IN (among) `then` finds; a long list is asked in several questions."""
    rest = list(among)
    for begin in range(0, len(rest), AT_ONCE):
        some = rest[begin : begin + AT_ONCE]
        marks = ", ".join(["%s"] * len(some))
        with connection.cursor() as cursor:
            cursor.execute(f"{select} IN ({marks}) {then}", some)
            yield from cursor
