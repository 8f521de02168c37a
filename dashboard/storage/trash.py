"""What is in the trash, and when retention would delete it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware

from dashboard.runs.models import Run


@dataclass(frozen=True)
class Page:
    """Trashed runs, the newest in the trash first. next: "" at the end."""

    runs: Sequence[Run]
    next: str


def page(after: str = "", most: int = 50) -> Page:
    """A page; runs that are being deleted are among them until they are gone."""
    rows = contents().select_related("project", "usage").defer("config", "snapshot", "facts")
    found = list(_beyond(rows.order_by("-trashed_at", "-pk"), after)[: most + 1])
    last = found[most - 1] if len(found) > most else None
    return Page(found[:most], _mark(last) if last else "")


def contents() -> QuerySet[Run]:
    return Run.objects.filter(trashed_at__isnull=False)


def leaves_at(run: Run) -> dt.datetime | None:
    """When retention will delete a trashed run; None where it will not."""
    days = run.project.purge_after
    if run.trashed_at is None or days is None or run.locked_at:
        return None
    return run.trashed_at + dt.timedelta(days=days)


def _beyond(rows: QuerySet[Run], after: str) -> QuerySet[Run]:
    moment, _, run_id = after.partition("_")
    try:
        when = parse_datetime(moment)
    except ValueError:
        return rows
    if when is None or not is_aware(when):
        return rows
    return rows.filter(Q(trashed_at__lt=when) | Q(trashed_at=when, pk__lt=run_id))


def _mark(run: Run) -> str:
    assert run.trashed_at is not None
    return f"{run.trashed_at.isoformat()}_{run.pk}"
