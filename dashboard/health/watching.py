"""Judging a live run while its points arrive: often, and at a cost that its length does not change.

Each look reads what is new, and shows the rules long curves in part; all of its points are judged
again whenever the run has grown by a quarter, and when it ends.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from dashboard.health.choosing import in_force
from dashboard.health.examination import ENGINE_VERSION, Look, context_of, examine, keep
from dashboard.health.judging import NOTHING, judge
from dashboard.health.memory import RECENT
from dashboard.health.models import Examination
from dashboard.health.overrides import Overrides
from dashboard.health.remembering import View, remember, view
from dashboard.health.rules import RULES
from dashboard.metrics import store
from dashboard.runs.models import LIVE, Run, Status

EVERY = 1.5  # seconds between two looks at a run,
LONGER = 1.0  # that many more at one whose curves fill what rules are shown of them,
FULL = 100_000  # as those of a run of so many points may,
POINTS_A_SECOND = 1_000_000  # and one more for so many points that were read beyond the usual
GROWN = 1.25  # times the points that it had when all were judged: they are judged again
SILENT = 60.0  # seconds after which a run is looked at though nothing came: it may have stalled


def watch(run_id: str) -> None:
    """Judge a run that something came for, unless it was judged just now."""
    if not _is_due(run_id):
        return
    run = Run.objects.get(pk=run_id)
    if run.is_live:
        look(run)
    else:
        examine(run)


def catch_up(run_id: str) -> None:
    """Judge what came just after a look, if nothing has come since that would have led to one."""
    judged = Examination.objects.filter(run_id=run_id).values_list("points", flat=True).first()
    if judged != store.stored([run_id])[run_id]:
        watch(run_id)


def look(run: Run) -> Examination:
    """Judge a live run by what is remembered of its curves and what is new."""
    kept = Examination.objects.filter(run=run).first()
    overrides = in_force(run.project_id)
    seen = view(run.pk, _recent(overrides))
    if seen.is_partial and _must_see_all(kept, seen, overrides):
        examination = examine(run)
    else:
        examination = keep(run, _judged(run, kept, seen, overrides))
    if seen.changed:
        _remember(run, seen)
    return examination


def silent() -> list[str]:
    """Running runs that were not looked at for a while."""
    before = now() - timedelta(seconds=SILENT)
    running = Run.objects.filter(status=Status.RUNNING, examination__made_at__lt=before)
    return list(running.values_list("pk", flat=True))


def _is_due(run_id: str) -> bool:
    """Asked at every post: the pause that every run has comes first, in the shortest question."""
    judged = Examination.objects.filter(run_id=run_id)
    found = next(iter(judged.values_list("made_at", "points")), None)
    if found is None:
        return True
    made_at, points = found
    since = now() - made_at
    pause = timedelta(seconds=EVERY + LONGER * min(1.0, points / FULL))
    if since < pause:
        return False
    more = judged.values_list("run__status", "run__remembered__extra")
    status, extra = next(iter(more), (Status.RUNNING, 0))  # deleted meanwhile: nothing costs
    costly = (extra or 0) if status in LIVE else points
    return bool(since >= pause + timedelta(seconds=costly / POINTS_A_SECOND))


def _recent(overrides: Overrides) -> int:
    """Points that rules look at: as many as the largest number of them that the project chose."""
    chosen = [n for rule in RULES for n in overrides.of(rule).values() if isinstance(n, int)]
    return max([RECENT, *chosen])


def _must_see_all(kept: Examination | None, seen: View, overrides: Overrides) -> bool:
    if kept is None or kept.engine_version != ENGINE_VERSION:
        return True
    if kept.thresholds != overrides.version:
        return True
    return seen.stored >= GROWN * kept.whole_points


def _judged(run: Run, kept: Examination | None, seen: View, overrides: Overrides) -> Look:
    context = replace(context_of(run, seen.curves, now=now().timestamp()), hidden=seen.hidden)
    whole_points, earlier = seen.stored, NOTHING
    if seen.is_partial and kept:
        whole_points = kept.whole_points
        earlier = {verdict["rule"]: verdict for verdict in kept.verdicts}
    verdicts = judge(context, RULES, overrides, earlier)
    return Look(verdicts, overrides, context.step, seen.stored, whole_points)


@transaction.atomic
def _remember(run: Run, seen: View) -> None:
    """Unless it has ended meanwhile: then nothing is left to be remembered for."""
    if Run.objects.select_for_update().filter(pk=run.pk, status__in=LIVE).exists():
        remember(run.pk, seen)
