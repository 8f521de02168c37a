"""The queue as people see and order it: who is claimed next, why each waits, who changed that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet

from dashboard.runs.models import Run, Status
from dashboard.training.machines import groups
from dashboard.training.models import PriorityChange
from dashboard.training.ordering import Move, Waiting, moved
from dashboard.training.waiting import Reason, reasons

LOWEST, HIGHEST = -1000, 1000  # priorities that a run may have


class OutOfRange(ValueError):
    """A priority below LOWEST or above HIGHEST."""

    def __init__(self, priority: int) -> None:
        super().__init__(
            f"a priority is a number from {LOWEST} to {HIGHEST}, not {priority}:"
            " change those of other runs in the queue first"
        )


@dataclass(frozen=True)
class Place:
    """A queued run's place, from 1 on, and why it waits. behind: the run it waits for, if any."""

    place: int
    of: int
    reason: Reason
    behind: Run | None = None


def queued() -> QuerySet[Run]:
    """In the order in which they are claimed (see lifecycle.claim)."""
    waiting = Run.objects.filter(status=Status.QUEUED, archived_at=None)
    return waiting.order_by("-priority", "created_at", "number")


def places() -> dict[str, Place]:
    """Of every queued run, in the order of the queue."""
    line = list(queued().values_list("pk", "processes"))
    why = reasons(line, groups())
    ahead = Run.objects.in_bulk({one.behind for one in why.values() if one.behind})
    return {
        run: Place(number, len(line), why[run], ahead.get(why[run].behind))
        for number, (run, _) in enumerate(line, 1)
    }


def place(run: Run) -> Place | None:
    """None where the run does not wait."""
    return places().get(run.pk) if run.status == Status.QUEUED else None


@transaction.atomic
def move(run: Run, how: Move, by: str) -> bool:
    """One place up or down, or to the top. False where it is there, or does not wait any more.

    by: who wants it. OutOfRange: there is no room left at that end.
    """
    line = _waiting()
    if run.pk not in {one.run for one in line}:
        return False
    return _change(line, moved(line, run.pk, how), by)


@transaction.atomic
def set_priority(run: Run, priority: int, by: str) -> bool:
    """False where it has that priority, or does not wait any more."""
    line = [one for one in _waiting() if one.run == run.pk and one.priority != priority]
    return _change(line, {one.run: priority for one in line}, by)


def _waiting() -> list[Waiting]:
    """Locked until the transaction ends, so that two who reorder do so one after the other."""
    rows = list(queued().select_for_update().values_list("pk", "priority", "created_at", "number"))
    by_age = sorted(rows, key=lambda row: row[2:])
    age = {row[0]: number for number, row in enumerate(by_age)}
    return [Waiting(pk, priority, age[pk]) for pk, priority, _, _ in rows]


def _change(line: list[Waiting], wanted: Mapping[str, int], by: str) -> bool:
    for priority in wanted.values():
        if not LOWEST <= priority <= HIGHEST:
            raise OutOfRange(priority)
    for one in line:
        if one.run in wanted:
            _note(one, wanted[one.run], by)
    return bool(wanted)


def _note(one: Waiting, priority: int, by: str) -> None:
    """Only a run that still waits: it may have been claimed this moment."""
    waiting = Run.objects.filter(pk=one.run, status=Status.QUEUED)
    if waiting.update(priority=priority, version=F("version") + 1):
        PriorityChange.objects.create(run_id=one.run, by=by, before=one.priority, after=priority)


def changes(run: Run) -> QuerySet[PriorityChange]:
    """Who gave the run another priority, the newest first."""
    return PriorityChange.objects.filter(run=run)
