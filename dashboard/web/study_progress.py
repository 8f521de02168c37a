"""Where a study's unfinished runs are, and when the last of them will have ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.timezone import now

from dashboard.comparison.models import Member
from dashboard.metrics import store
from dashboard.runs.models import Run, Status
from dashboard.training import queue
from dashboard.training.queue import Place
from dashboard.web.progress import Progress, progress
from dashboard.web.queue_words import why


@dataclass(frozen=True)
class Step:
    """A run that trains. at: None while it has told no loss yet."""

    member: Member
    run: Run
    at: Progress | None


@dataclass(frozen=True)
class Going:
    """place, why: of the first that waits, where none of them trains. left: None where unknown."""

    training: Sequence[Step]
    waiting: int
    place: Place | None
    why: str
    left: dt.timedelta | None


def going(held: Sequence[Member], runs: Sequence[Run]) -> Going | None:
    """None where every run has ended. held, runs: the study's own."""
    by_id = {run.pk: run for run in runs}
    live = [(one, by_id[one.run_id]) for one in held if one.run_id in by_id]
    training = _training([(one, run) for one, run in live if run.status == Status.RUNNING])
    waiting = [run for _, run in live if run.status == Status.QUEUED]
    if not training and not waiting:
        return None
    place = _first(waiting) if not training else None
    took = [length for run in runs if (length := _took(run))]
    left = _left(training, len(waiting), took)
    return Going(training, len(waiting), place, str(why(place)) if place else "", left)


def _training(live: Sequence[tuple[Member, Run]]) -> list[Step]:
    told = store.summaries([run.pk for _, run in live])
    return [Step(one, run, progress(run, told[run.pk])) for one, run in live]


def _first(waiting: Sequence[Run]) -> Place | None:
    """The place of the one that starts first."""
    known = queue.places()
    found = [known[run.pk] for run in waiting if run.pk in known]
    return min(found, key=lambda place: place.place, default=None)


def _took(run: Run) -> dt.timedelta | None:
    """How long a run that went to its end took."""
    if run.status != Status.FINISHED or run.started_at is None or run.finished_at is None:
        return None
    return run.finished_at - run.started_at


def _left(
    training: Sequence[Step], waiting: int, took: Sequence[dt.timedelta]
) -> dt.timedelta | None:
    """As many at once as train now, each as long as those that ended took on average."""
    whole = _mean(took) or _mean(_wholes(training))
    lefts = [left for step in training if (left := _left_of(step, _mean(took))) is not None]
    if not lefts or len(lefts) < len(training):
        return None
    if not waiting:
        return max(lefts)
    if whole is None:
        return None
    return (sum(lefts, dt.timedelta()) + waiting * whole) / len(lefts)


def _left_of(step: Step, took: dt.timedelta | None) -> dt.timedelta | None:
    """As it told itself; before it told anything, what those that ended took."""
    if step.at and step.at.left is not None:
        return step.at.left
    if took is None or step.run.started_at is None:
        return None
    return max(took - (now() - step.run.started_at), dt.timedelta())


def _wholes(training: Sequence[Step]) -> list[dt.timedelta]:
    """How long each that trains will have taken, by its own count."""
    return [
        step.at.left / (1 - step.at.step / step.at.steps)
        for step in training
        if step.at and step.at.left is not None and step.at.step < step.at.steps
    ]


def _mean(lengths: Sequence[dt.timedelta]) -> dt.timedelta | None:
    return sum(lengths, dt.timedelta()) / len(lengths) if lengths else None
