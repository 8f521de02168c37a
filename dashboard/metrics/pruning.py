"""What a run's metrics take on the disk, and taking it back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import F, Model, QuerySet, Sum
from django.db.models.functions import Length

from dashboard.metrics.models import (
    Chunk,
    Clock,
    Curve,
    Event,
    Journal,
    Ledger,
    LogPart,
    SystemPart,
    Tail,
)

AT_ONCE = 200  # rows a transaction: a writer of another run waits no longer than for these


@dataclass(frozen=True)
class Size:
    """Bytes that are kept of a run; what the database adds for each row is not counted."""

    points: int = 0  # with their summaries
    log: int = 0

    @property
    def total(self) -> int:
        return self.points + self.log


def sizes(run_ids: Iterable[str]) -> dict[str, Size]:
    """By run. Costs a look at the headings of its rows; the blobs themselves are not read."""
    wanted = list(run_ids)
    points, log = dict.fromkeys(wanted, 0), dict.fromkeys(wanted, 0)
    chunk = Length("coarse") + Length("fine") + Length("data")
    chunks = Chunk.objects.filter(curve__run_id__in=wanted).annotate(owner=F("curve__run_id"))
    _add(points, chunks.values("owner").annotate(size=Sum(chunk)))
    kept = ((Tail, points), (Clock, points), (SystemPart, points), (LogPart, log))
    for table, found in kept:
        rows = _of(table).filter(run_id__in=wanted).values(owner=F("run_id"))
        _add(found, rows.annotate(size=Sum(Length("data"))))
    return {run_id: Size(points[run_id], log[run_id]) for run_id in wanted}


def forget(run_id: str, until: float = math.inf) -> int:
    """Delete all that the store holds of a run, a few rows at a time. How many rows it was.

    Ends where nothing is left, or at `until` by time.monotonic(); calling it again goes on.
    """
    tables: list[QuerySet[Any]] = [
        Chunk.objects.filter(curve__run_id=run_id),
        *(_of(table).filter(run_id=run_id) for table in (Clock, Tail, LogPart, SystemPart)),
        *(_of(table).filter(run_id=run_id) for table in (Event, Curve)),
        *(_of(table).filter(run_id=run_id) for table in (Journal, Ledger)),
    ]
    return sum(_emptied(rows, until) for rows in tables)


def _emptied(rows: QuerySet[Any], until: float) -> int:
    deleted = 0
    while monotonic() < until and (numbers := _some(rows)):
        with transaction.atomic():
            deleted += rows.model._base_manager.filter(pk__in=numbers).delete()[0]
    return deleted


def _some(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _of(table: type[Model]) -> QuerySet[Any]:
    return table._default_manager.all()


def _add(found: dict[str, int], rows: Iterable[Any]) -> None:
    for row in rows:
        found[row["owner"]] += row["size"] or 0
