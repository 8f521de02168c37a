"""What a run's metrics take on the disk, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
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


def sizes(run_ids: Iterable[str]) -> dict[str, int]:
    """By run: the bytes of its points, their summaries, its console log and its host's readings."""
    wanted = list(run_ids)
    found = dict.fromkeys(wanted, 0)
    chunk = Length("coarse") + Length("fine") + Length("data")
    chunks = Chunk.objects.filter(curve__run_id__in=wanted).annotate(owner=F("curve__run_id"))
    _add(found, chunks.values("owner").annotate(size=Sum(chunk)))
    for table in (Tail, Clock, LogPart, SystemPart):
        rows = _of(table).filter(run_id__in=wanted).values(owner=F("run_id"))
        _add(found, rows.annotate(size=Sum(Length("data"))))
    return found


def forget(run_id: str) -> int:
    """Delete all that the store holds of a run, a few rows at a time. How many rows it was.

    Ends where nothing is left; when it is broken off, calling it again goes on.
    """
    tables: list[QuerySet[Any]] = [
        Chunk.objects.filter(curve__run_id=run_id),
        *(_of(table).filter(run_id=run_id) for table in (Clock, Tail, LogPart, SystemPart)),
        *(_of(table).filter(run_id=run_id) for table in (Event, Curve)),
        *(_of(table).filter(run_id=run_id) for table in (Journal, Ledger)),
    ]
    return sum(_emptied(rows) for rows in tables)


def _emptied(rows: QuerySet[Any]) -> int:
    deleted = 0
    while numbers := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            deleted += rows.model._base_manager.filter(pk__in=numbers).delete()[0]
    return deleted


def _of(table: type[Model]) -> QuerySet[Any]:
    return table._default_manager.all()


def _add(found: dict[str, int], rows: Iterable[Any]) -> None:
    for row in rows:
        found[row["owner"]] += row["size"] or 0
