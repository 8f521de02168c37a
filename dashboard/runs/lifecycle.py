"""How a run moves. A move that two may try is one UPDATE, and its row count says who won."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext_noop

from dashboard.runs.models import LIVE, Run, Status, new_id

CANDIDATES = (
    20  # looked at per claim: so many rivals may be faster before a claimer comes back later
)
LOST = gettext_noop("{why}, {times} times. Look at the worker's log and machine, then retry.")

Told = Mapping[str, Any]  # {"text", "values"}: a text for translators, and what its fields hold
UNTOLD: Told = {}


@dataclass(frozen=True)
class Renewal:
    """The answer to a renewed lease."""

    stop_requested: bool
    lease_seconds: float


def claim(host: str, *slots: str, capacity: int | None = None) -> Run | None:
    """Take the best queued run for the free `slots` of `host`; None where none is to be started.

    A run takes as many slots as it has processes. Runs that need more than `capacity`, all that
    the host has, are another host's. The best of the others is waited for where it needs more than
    is free: a smaller run behind it that went first would keep it waiting for ever.
    """
    fitting = Run.objects.filter(
        status=Status.QUEUED, archived_at=None, processes__lte=capacity or len(slots)
    )
    order = fitting.order_by("-priority", "created_at", "number")
    for pk, processes in order.values_list("pk", "processes")[:CANDIDATES]:
        if processes > len(slots):
            return None
        if _take(pk, host, ",".join(slots[:processes])):
            Run.objects.filter(pk=pk, started_at=None).update(started_at=now())
            return Run.objects.get(pk=pk)
    return None


def _take(pk: str, host: str, slot: str) -> bool:
    return _move(
        Run.objects.filter(pk=pk, status=Status.QUEUED),
        Status.RUNNING,
        attempt=F("attempt") + 1,
        lease=new_id(),
        lease_until=_lease_end(),
        host=host,
        slot=slot,
        finished_at=None,
    )


def renew(run_id: str, lease: str) -> Renewal | None:
    """Keep a claimed run. None when the lease is another's by now: the trainer must be stopped."""
    held = _held(run_id, lease)
    if not held.update(lease_until=_lease_end()):
        return None
    stop = Run.objects.values_list("stop_requested", flat=True).get(pk=run_id)
    return Renewal(stop, settings.LEASE_SECONDS)


def finish(run_id: str, lease: str, exit_code: int = 0) -> bool:
    return _end(run_id, lease, Status.FINISHED, exit_code=exit_code)


def fail(
    run_id: str, lease: str, failure: str, exit_code: int | None = None, told: Told = UNTOLD
) -> bool:
    """The trainer ended with an error; `failure` is what the person reads.

    told: the same as {"text", "values"}, where it can be told in other languages
    """
    why = {"failure": failure, "failure_told": dict(told)}
    return _end(run_id, lease, Status.FAILED, exit_code=exit_code, **why)


def stopped(run_id: str, lease: str, exit_code: int | None = None) -> bool:
    return _end(run_id, lease, Status.STOPPED, exit_code=exit_code)


def interrupt(run_id: str, lease: str) -> bool:
    """The host is going down in good order: queue the run again, at no cost to its attempts."""
    held = _held(run_id, lease)
    if _move(held.filter(stop_requested=True), Status.STOPPED, lease="", finished_at=now()):
        return True
    return _move(held, Status.QUEUED, lease="", lease_until=None)


def lose(run_id: str, lease: str, why: str, told: Told = UNTOLD) -> Status | None:
    """The process that held the run is gone: queue it again, or give it up after MAX_LOSSES.

    None when the lease had moved on already. told: as `fail` takes it.
    """
    held = _held(run_id, lease)
    if _move(held.filter(stop_requested=True), Status.STOPPED, lease="", finished_at=now()):
        return Status.STOPPED
    again = held.filter(losses__lt=settings.MAX_LOSSES - 1)
    if _move(again, Status.QUEUED, lease="", lease_until=None, losses=F("losses") + 1):
        return Status.QUEUED
    times = settings.MAX_LOSSES
    words = {"text": LOST, "values": {"why": dict(told), "times": times}} if told else {}
    if _move(
        held,
        Status.LOST,
        lease="",
        finished_at=now(),
        losses=F("losses") + 1,
        failure=LOST.format(why=why, times=times),
        failure_told=words,
    ):
        return Status.LOST
    return None


def expired() -> list[tuple[str, str]]:
    """(run, lease) of the runs whose lease ran out."""
    gone = Run.objects.filter(status=Status.RUNNING, lease_until__lt=now())
    return list(gone.values_list("pk", "lease"))


def request_stop(run: Run) -> bool:
    """Stop a queued run at once, ask a running one. False where there is nothing to stop."""
    return _ask_to_stop(run, Run.objects.filter(pk=run.pk))


def stop_because(run: Run, reason: dict[str, Any]) -> bool:
    """As request_stop, for a verdict. False also where a stop was asked for before: that stands."""
    return _ask_to_stop(run, Run.objects.filter(pk=run.pk, stop_requested=False), stopped_by=reason)


def archive(run: Run) -> bool:
    """Take an ended run out of the table. False while it is live or where it is archived."""
    ended = Run.objects.filter(pk=run.pk, archived_at=None).exclude(status__in=LIVE)
    return _change(run, ended, archived_at=now())


def restore(run: Run) -> bool:
    """Bring a run back out of the trash, or else out of the archive. False where it is in neither.

    Out of the trash it goes to where it was: archived runs are archived again.
    """
    kept = Run.objects.filter(pk=run.pk, purged_at=None)
    back = Case(When(archived_at=F("trashed_at"), then=None), default=F("archived_at"))
    trashed = kept.filter(trashed_at__isnull=False)
    if _change(run, trashed, archived_at=back, trashed_at=None, restored_at=now()):
        return True
    return _change(run, kept.filter(archived_at__isnull=False), archived_at=None)


def trash(run: Run) -> bool:
    """Put an ended run into the trash. False while it is live or locked, or where it is there."""
    return bool(trash_all(Run.objects.filter(pk=run.pk), run))


def trash_all(runs: QuerySet[Run], *shown: Run) -> int:
    """Put those of `runs` into the trash that may go there. How many; `shown` are read anew."""
    when = now()
    may = runs.filter(trashed_at=None, locked_at=None).exclude(status__in=LIVE)
    moved = may.update(
        trashed_at=when, archived_at=Coalesce("archived_at", when), version=F("version") + 1
    )
    _reread(shown)
    return moved


def lock(run: Run) -> bool:
    """Keep a run from being deleted, also by retention. False where it is locked or deleted."""
    unlocked = Run.objects.filter(pk=run.pk, locked_at=None, purged_at=None)
    return _change(run, unlocked, locked_at=now())


def unlock(run: Run) -> bool:
    """False where it is not locked."""
    return _change(run, Run.objects.filter(pk=run.pk, locked_at__isnull=False), locked_at=None)


def purge(run: Run, by: str) -> bool:
    """Give a run in the trash up for deletion. False where it is not there, or is locked."""
    return bool(purge_all(Run.objects.filter(pk=run.pk), by, run))


def purge_all(runs: QuerySet[Run], by: str, *shown: Run) -> int:
    """Give those of `runs` up for deletion that may be. From here nothing brings them back.

    Housekeeping deletes what they hold (dashboard.storage.purging).
    """
    may = runs.filter(trashed_at__isnull=False, purged_at=None, locked_at=None)
    marked = may.update(purged_at=now(), purged_by=by[:150], version=F("version") + 1)
    _reread(shown)
    return marked


def touch(run_ids: Sequence[str]) -> None:
    """Say that something which pages show about these runs changed."""
    Run.objects.filter(pk__in=run_ids).update(version=F("version") + 1)


def _ask_to_stop(run: Run, mine: QuerySet[Run], **why: Any) -> bool:
    queued = mine.filter(status=Status.QUEUED)
    moved = _move(queued, Status.STOPPED, stop_requested=True, finished_at=now(), **why)
    if not moved:
        running = mine.filter(status=Status.RUNNING)
        moved = bool(running.update(stop_requested=True, version=F("version") + 1, **why))
    run.refresh_from_db()
    return moved


def _end(run_id: str, lease: str, to: Status, **changes: Any) -> bool:
    return _move(_held(run_id, lease), to, lease="", lease_until=None, finished_at=now(), **changes)


def _held(run_id: str, lease: str) -> QuerySet[Run]:
    return Run.objects.filter(pk=run_id, status=Status.RUNNING, lease=lease)


def _move(runs: QuerySet[Run], to: Status, **changes: Any) -> bool:
    return bool(runs.update(status=to, version=F("version") + 1, **changes))


def _change(run: Run, runs: QuerySet[Run], **changes: Any) -> bool:
    changed = bool(runs.update(version=F("version") + 1, **changes))
    run.refresh_from_db()
    return changed


def _reread(runs: Sequence[Run]) -> None:
    for run in runs:
        run.refresh_from_db()


def _lease_end() -> dt.datetime:
    return now() + dt.timedelta(seconds=settings.LEASE_SECONDS)
