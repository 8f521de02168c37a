"""Finding and ordering runs by a metric's last, least or greatest value."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from dashboard.metrics.models import Curve

COLUMNS = {"last": "last", "min": "low", "max": "high"}
RELATION = "curves"  # from a run to its curves
MODEL = Curve  # where the names of all metrics are


def rows(name: str) -> QuerySet[Any]:
    """The runs that logged the metric, one row each,."""
    return Curve.objects.filter(name=name, count__gt=0)


def column(part: str) -> str:
    """Where rows() keep the part. Null there: the last value is NaN, or none was finite."""
    return COLUMNS[part]


def is_nan(part: str) -> Q:
    """Of last: it is NaN. Of min and max: no value was finite."""
    return Q(**{f"{COLUMNS[part]}__isnull": True})
