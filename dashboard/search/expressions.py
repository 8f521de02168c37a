"""Database functions that Django has not."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, FloatField, Func, Value
from django.db.models.functions import Coalesce


class SecondsBetween(Func):
    """From the first time to the second, to the millisecond. Django's own difference calls Python
    for every row of SQLite."""

    output_field = FloatField()
    template = "ROUND(EXTRACT(EPOCH FROM (%(expressions)s))::numeric, 3)::double precision"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        between = "ROUND((JULIANDAY({}) - JULIANDAY({})) * 86400.0, 3)"
        later, earlier = (compiler.compile(part) for part in self.source_expressions)
        return between.format(later[0], earlier[0]), [*later[1], *earlier[1]]


def duration(now: dt.datetime) -> SecondsBetween:
    """How long a run took, or has been running at `now`; null while it waits."""
    return SecondsBetween(Coalesce(F("finished_at"), Value(now)), F("started_at"))
