"""Try what a verdict offers in one run of the same seed, and ask the same rule again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dashboard.comparison.comparable import Told, incomparable
from dashboard.comparison.models import Trial
from dashboard.comparison.symptom import SEEN
from dashboard.health.models import Examination
from dashboard.health.origins import completed, primary
from dashboard.health.rule import Message
from dashboard.metrics import store
from dashboard.runs import lifecycle
from dashboard.runs.models import Run, Status, new_id
from dashboard.training.launching import launch, no_trainer
from trainers.catalog import TRAINERS
from trainers.config import ConfigError, complete

LONGEST_NAME = 190
NOTHING = "changes"  # the field of the error that nothing was changed

Kept = Mapping[str, Any]  # a stored verdict


class Outcome(StrEnum):
    STILL_TRAINS = "still_trains"
    CLEARED = "cleared"
    CLEARED_BUT_WORSE = "cleared_but_worse"  # and the primary metric got worse
    STILL_THERE = "still_there"
    NOT_ENOUGH = "not_enough"


class Lack(StrEnum):
    """Why there is not enough evidence."""

    PARENT_GONE = "parent_gone"  # the run that had the verdict was deleted
    NOT_SEEN = "not_seen"  # judged again, it has the verdict no more: there is nothing to clear
    ENDED_BADLY = "ended_badly"
    NOT_JUDGED = "not_judged"  # the rule waits, does not apply, or is no more
    SHORTER = "shorter"  # it passes, on fewer steps than the failure took to show


@dataclass(frozen=True)
class Primaries:
    """The last values of the metric that decides. why: where they are not to be compared."""

    metric: str
    before: float
    after: float
    worse: bool
    why: Message | None = None


@dataclass(frozen=True)
class Tried:
    """One trial as it stands. verdict: the parent's; None where it is no more."""

    run: Run
    parent: Run | None
    rule: str
    outcome: Outcome
    verdict: Kept | None
    lack: Lack | None = None
    primaries: Primaries | None = None


def offered(run: Run, rule: str) -> Kept | None:
    """The rule's verdict on the run, where it offers a change."""
    verdict = _verdict(run, rule)
    return verdict if verdict is not None and verdict.get("patch") else None


def try_fix(
    run: Run,
    rule: str,
    changes: Mapping[str, Any],
    *,
    key: str = "",
    user: User | None = None,
) -> Run:
    """Queue the run's clone with these changes: same seed, with the run as its baseline.

    key: of one approval; a second call with it answers the run that the first one made.

    ConfigError: no such verdict, nothing changed, or values that the trainer refuses.
    disk.NoRoom: the app's disk is full.
    """
    key = key or new_id()
    if made := _made(run, key):
        return made
    config = _changed(run, rule, changes)
    try:
        with transaction.atomic():
            child = launch(
                run.trainer,
                config=config,
                name=f"{run.name[:LONGEST_NAME]}-fix",
                project=run.project.name,
                tags=run.tags,
                seed=run.seed,
                priority=run.priority,
                note="\n".join(_lines(run, config)),
                baseline=run,
                stop_when_fatal=run.stop_when_fatal,
                user=user,
            )
            Trial.objects.create(run=child, rule=rule, key=key)
            lifecycle.touch([run.pk])  # its page tells of the trial
    except IntegrityError:
        if made := _made(run, key):  # the other press was quicker
            return made
        raise
    return child


def before(run: Run) -> dict[str, Any]:
    """The run's settings as its trainer has them today; those that it has no more are left out."""
    whole = completed(run.trainer, run.config)
    return {name: whole[name] for name in TRAINERS[run.trainer].config.model_fields}


def difference(run: Run, rule: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What would change, as the trainer's configuration holds it. Raises as try_fix does."""
    was, config = before(run), _changed(run, rule, changes)
    return {name: value for name, value in config.items() if value != was[name]}


def trials_of(run: Run) -> list[Trial]:
    """Those that try a verdict of this run, the oldest first, then the one that this run is."""
    related = ("run__examination", "run__baseline__examination")
    made = list(Trial.objects.filter(run__baseline=run).select_related(*related).order_by("pk"))
    return made + list(Trial.objects.filter(run=run).select_related(*related))


def follow(trials: Iterable[Trial]) -> list[Tried]:
    """What came of each."""
    return [_tried(trial) for trial in trials]


def _made(run: Run, key: str) -> Run | None:
    trial = Trial.objects.filter(key=key, run__baseline=run).select_related("run").first()
    return trial.run if trial else None


def _changed(run: Run, rule: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The whole configuration of the child, checked."""
    if run.trainer not in TRAINERS:
        raise ConfigError({"trainer": no_trainer(run.trainer)})
    if offered(run, rule) is None:
        told = _("The rule %(rule)s offers no change for this run.")
        raise ConfigError({"rule": told % {"rule": rule}})
    was = before(run)
    trainer = TRAINERS[run.trainer]
    config = complete(trainer, "", {**was, **changes}).model_dump(mode="json")
    if config == complete(trainer, "", was).model_dump(mode="json"):
        told = _("Nothing differs from the run: that would only repeat it.")
        raise ConfigError({NOTHING: told})
    return config


def _lines(run: Run, config: Mapping[str, Any]) -> list[str]:
    was = before(run)
    return [f"{name}: {was[name]} → {new}" for name, new in config.items() if new != was[name]]


def _tried(trial: Trial) -> Tried:
    run, parent = trial.run, trial.run.baseline
    was = _verdict(parent, trial.rule) if parent else None
    if run.is_live:
        return Tried(run, parent, trial.rule, Outcome.STILL_TRAINS, was)
    if parent is None or was is None or _state(was) not in SEEN:
        lack = Lack.NOT_SEEN if parent else Lack.PARENT_GONE
        return Tried(run, parent, trial.rule, Outcome.NOT_ENOUGH, was, lack)
    now = _verdict(run, trial.rule)
    if now is not None and _state(now) in SEEN:
        return Tried(run, parent, trial.rule, Outcome.STILL_THERE, was)
    if missing := _lack(run, now, _reach(parent, was)):
        return Tried(run, parent, trial.rule, Outcome.NOT_ENOUGH, was, missing)
    found = _primaries(parent, run)
    outcome = Outcome.CLEARED_BUT_WORSE if found and found.worse else Outcome.CLEARED
    return Tried(run, parent, trial.rule, outcome, was, primaries=found)


def _lack(run: Run, now: Kept | None, reach: int) -> Lack | None:
    """Why a rule that does not see it in an ended run says nothing; None where it passes."""
    if run.status in (Status.FAILED, Status.LOST):
        return Lack.ENDED_BADLY
    if now is None or _state(now) != "pass":
        return Lack.NOT_JUDGED
    return Lack.SHORTER if run.examination.step < reach else None


def _reach(parent: Run, was: Kept) -> int:
    """The last step of the evidence that the parent was judged by."""
    window = was.get("window")
    return int(window[-1]) if window else parent.examination.step


def _primaries(parent: Run, run: Run) -> Primaries | None:
    """None where the trainer declares none, or one of the runs has no value of it."""
    deciding = primary(run.trainer)
    if deciding is None:
        return None
    found = store.summaries([parent.pk, run.pk])
    one, other = (found[pk].get(deciding.name) for pk in (parent.pk, run.pk))
    if one is None or other is None:
        return None
    sides = [Told([side.config], [side.facts]) for side in (parent, run)]
    why = incomparable(deciding.name, sides[0], sides[1], run.trainer, TRAINERS.get(run.trainer))
    worse = why is None and _is_worse(one.last, other.last, deciding.direction)
    return Primaries(deciding.name, one.last, other.last, worse, why)


def _is_worse(one: float, other: float, direction: str) -> bool:
    """A number that was finite and is no more is worse whichever way is better."""
    if not math.isfinite(one) or not math.isfinite(other):
        return math.isfinite(one)
    return other > one if direction == "lower" else direction == "higher" and other < one


def _verdict(run: Run, rule: str) -> Kept | None:
    try:
        verdicts = run.examination.verdicts
    except Examination.DoesNotExist:
        return None
    return next((verdict for verdict in verdicts if verdict["rule"] == rule), None)


def _state(verdict: Kept) -> str:
    """What the rule saw, also where it is only a remark."""
    return str(verdict.get("held_back") or verdict["state"])
