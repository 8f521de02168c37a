"""What runs take on the app's disk. Housekeeping measures it, so that no page has to wait."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.timezone import now

from dashboard.metrics import store
from dashboard.runs import files
from dashboard.runs.models import LIVE, Project, Run
from dashboard.storage.models import Usage

AT_ONCE = 200  # runs
AGAIN_AFTER = dt.timedelta(minutes=1)  # a run that lives is measured no more often
KINDS = ("points", "log", "samples")


@dataclass(frozen=True)
class Share:
    """So many runs, and their bytes."""

    runs: int = 0
    points: int = 0
    log: int = 0
    samples: int = 0
    total: int = 0


@dataclass(frozen=True)
class Page:
    """Runs, the biggest first. next: where the next page begins, "" at the end."""

    usages: Sequence[Usage]
    next: str


def measure(run_ids: Iterable[str]) -> int:
    """Measure these runs now. Their bytes together."""
    runs = Run.objects.filter(pk__in=list(run_ids)).only("project_id", "version", "status")
    found = list(runs)
    sizes = store.sizes([run.pk for run in found])
    rows = [_measured(run, sizes[run.pk]) for run in found]
    Usage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["run"],
        update_fields=[*KINDS, "total", "version", "final", "measured_at"],
    )
    return sum(row.total for row in rows)


def unmeasured() -> list[str]:
    """Some of the runs that were never measured, or not since they ended, or not for a while."""
    open_ = Usage.objects.filter(final=False, measured_at__lt=now() - AGAIN_AFTER)
    never = Run.objects.filter(usage=None).order_by().values_list("pk", flat=True)
    return [*open_.values_list("pk", flat=True)[:AT_ONCE], *never[:AT_ONCE]]


def changed() -> list[str]:
    """Some of the runs to which something came after they had ended. Reads every run's row."""
    late = Usage.objects.filter(final=True).exclude(version=F("run__version"))
    return list(late.values_list("pk", flat=True)[:AT_ONCE])


def biggest(after: str = "", most: int = 50, among: Q | None = None) -> Page:
    """A page of runs, the biggest first."""
    rows = Usage.objects.select_related("run", "run__project").defer(
        "run__config", "run__snapshot", "run__facts"
    )
    rows = rows.filter(among or Q()).order_by("-total", "run_id")
    found = list(_beyond(rows, after)[: most + 1])
    there_is_more = len(found) > most
    return Page(found[:most], _mark(found[most - 1]) if there_is_more else "")


def by_project() -> dict[Project, Share]:
    """Every project, the biggest first."""
    columns = ("project_id", "runs", *KINDS, "total")
    sums = Usage.objects.values("project_id").annotate(runs=Count("pk"), **_sums())
    found = {of: Share(*share) for of, *share in sums.values_list(*columns)}
    projects = Project.objects.all()
    shares = {project: found.get(project.pk, Share()) for project in projects}
    return dict(sorted(shares.items(), key=lambda pair: (-pair[1].total, pair[0].name)))


def together(runs: QuerySet[Run]) -> Share:
    """What these runs take."""
    sums = Usage.objects.filter(run__in=runs.order_by().values("pk")).aggregate(**_sums())
    return Share(runs=runs.count(), **{kind: sums[kind] or 0 for kind in (*KINDS, "total")})


def _measured(run: Run, size: store.Size) -> Usage:
    samples = files.size(run.pk)
    return Usage(
        run=run,
        project_id=run.project_id,
        points=size.points,
        log=size.log,
        samples=samples,
        total=size.total + samples,
        version=run.version,
        final=run.status not in LIVE,
        measured_at=now(),
    )


def _sums() -> dict[str, Any]:
    return {kind: Sum(kind) for kind in (*KINDS, "total")}


def _beyond(rows: QuerySet[Usage], after: str) -> QuerySet[Usage]:
    """`after` is "<bytes>-<run>"; what is no such mark begins at the start."""
    total, _, run_id = after.partition("-")
    if not (total.isascii() and total.isdigit() and len(total) < 19):
        return rows
    return rows.filter(Q(total__lt=int(total)) | Q(total=int(total), run_id__gt=run_id))


def _mark(usage: Usage) -> str:
    return f"{usage.total}-{usage.run_id}"
