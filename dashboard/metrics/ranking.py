"""Finding and ordering runs by a metric's last, least or greatest value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from dashboard.metrics.models import Curve

COLUMNS = {"last": "last", "min": "low", "max": "high"}
RELATION = "curves"  # from a run to its curves
MODEL = Curve  # where the names of all metrics are


def rows(name: str) -> QuerySet[Any]:
    """The runs that logged the metric, one row each,."""
    return Curve.objects.filter(name=name)


def column(part: str) -> str:
    """Where rows() keep the part. Null there: the last value is NaN, or none was finite."""
    return COLUMNS[part]


def is_nan(part: str) -> Q:
    """Of last: it is NaN. Of min and max: no value was finite."""
    return Q(**{f"{COLUMNS[part]}__isnull": True, "count__gt": 0})


def is_number(part: str) -> Q:
    """The part has a value that can be compared."""
    return Q(**{f"{COLUMNS[part]}__isnull": False})


@dataclass(frozen=True)
class Ranked:
    """A metric of a run as tables show it; None: NaN as the last value, or none was finite."""

    last: float | None
    min: float | None
    max: float | None


def ranked(run_ids: Iterable[str], names: Iterable[str]) -> dict[tuple[str, str], Ranked]:
    """By run and metric. What was not logged is left out."""
    wanted = Curve.objects.filter(run_id__in=list(run_ids), name__in=list(names), count__gt=0)
    rows = wanted.values_list("run_id", "name", "last", "low", "high")
    return {(run_id, name): Ranked(*parts) for run_id, name, *parts in rows}
