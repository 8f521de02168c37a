"""The names and values that runs have, read from indexes by leaps: one step a distinct value."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from dashboard.metrics import ranking
from dashboard.runs.models import Run
from dashboard.search.models import Param, Tag

MOST = 2000  # names that are looked through for a completion


def params() -> list[str]:
    return distinct(Param, "name")


def metrics() -> list[str]:
    return distinct(ranking.MODEL, "name")


def tags() -> list[str]:
    return distinct(Tag, "name")


def values(param: str, most: int = 200) -> list[str]:
    """What runs have for a param, in the order of texts."""
    return distinct(Param, "text", {"name": param}, most)


def of_runs(column: str, most: int = 200) -> list[str]:
    """The values of a column of runs that has an index."""
    return distinct(Run, column, {}, most, " AND archived_at IS NULL")


def distinct(
    model: type[models.Model],
    column: str,
    where: dict[str, str] | None = None,
    most: int = MOST,
    more: str = "",
) -> list[Any]:
    """The values of an indexed column, each once, sorted.

    SELECT DISTINCT would read every row of the index: this reads one a value.
    """
    quote = connection.ops.quote_name
    table, name = quote(model._meta.db_table), quote(column)
    fixed = "".join(f" AND {quote(key)} = %s" for key in where or {}) + more
    leap = f"SELECT MIN({name}) FROM {table} WHERE {name} > %s{fixed}"
    sql = (
        f"WITH RECURSIVE leap(value) AS ({leap} UNION ALL"
        f" SELECT (SELECT MIN({name}) FROM {table} WHERE {name} > leap.value{fixed})"
        f" FROM leap WHERE leap.value IS NOT NULL)"
        f" SELECT value FROM leap WHERE value IS NOT NULL LIMIT {int(most)}"
    )
    given = list((where or {}).values())
    with connection.cursor() as cursor:
        cursor.execute(sql, ["", *given, *given])
        return [row[0] for row in cursor.fetchall()]
