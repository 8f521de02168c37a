"""CNV-11: CNV-03 for any metric."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.health.diagnosis import why_stuck
from dashboard.health.figures import figure
from dashboard.health.readings import comparable
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    Number,
    State,
    Threshold,
    evidence,
    gettext_noop,
    not_applicable,
    rule,
    say,
    waiting,
)
from dashboard.health.seen import ONE_CHANGE, span, values_of
from dashboard.health.statistics import BLOCKS, block_means, mean_interval, theil_sen
from dashboard.health.target_words import unreadable
from dashboard.metrics.series import Series
from trainers.targets import Target, Unreadable, nearest, parse

_ = gettext_noop

ENOUGH = Threshold("enough", 20, low=10, high=100_000, says=_("Values whose mean is judged"))
NEWEST = 2  # times as many, where there are so many
USUAL_WAY = 60  # values whose slope is projected to the next target
HELD_OUT = "eval/"
TWICE = 2  # evaluations in a row that miss, before a target is missed while the run goes on
BY_CANDIDATES = ("train/loss", "region/")  # change their level with the number of candidates


@dataclass(frozen=True)
class Judged:
    """One target that is due, and what its metric did."""

    target: Target
    state: State  # PASS: reached, WARN: missed, WAITING: open
    points: Series
    number: Number | None = None


@rule(id="CNV-11", title=_("Declared targets"), version=2, weight="remark", thresholds=(ENOUGH,))
def metric_targets(context: Context) -> Finding:
    """Whether each metric has reached what was declared for it by now.

    Targets are declared by the run's own configuration (`targets`, as "train/loss < 1.0 at 50"), by
    its project beside the thresholds, or by its trainer; where several name a metric, the first of
    them holds for it. They are in the metric's own unit. Of each metric the newest target that is
    due is judged.

    A value of one minibatch is wrong in 21 to 41 % of cases about a level 20 % away, so a training
    metric is judged by the mean of its newest 20 to 40 values and that mean's 95 % interval
    (Student's t on block means): *reached* when the interval lies beyond the target, *missed* when
    it lies short of it and the present slope does not lead to the metric's next target either,
    anything between is not enough evidence. Of training losses and of metrics of the regions,
    values from before the number of candidates last changed do not count.

    A held-out metric (`eval/…`) is computed on the same examples each time and is judged by its
    newest value; missed are two in a row, or the last one of a run that has ended.
    """
    try:
        own = parse(str(context.config.get("targets") or ""))
    except Unreadable as error:  # of a run that a client reports
        return not_applicable(
            say(_("Its targets cannot be read: {error}"), error=unreadable(error))
        )
    declared = nearest(own, context.targets)
    if not declared:
        return not_applicable(Message(_("No target is declared for a metric of this run.")))
    due = _due(context, declared)
    if not due:
        first = min(declared, key=lambda target: target.step)
        says = _("The first target, {target}, is due at step {step}; this is step {now}.")
        return waiting(
            _looked_at(declared), say(says, target=str(first), step=first.step, now=context.step)
        )
    judged = [_judge(context, target, declared) for target in due]
    worst = min(judged, key=lambda one: (State.WARN, State.WAITING, State.PASS).index(one.state))
    return _finding(context, worst, judged)


def _due(context: Context, declared: Iterable[Target]) -> list[Target]:
    """Of each metric the newest that is due."""
    newest: dict[str, Target] = {}
    for target in sorted(declared, key=lambda target: target.step):
        if target.step <= context.step:
            newest[target.metric] = target
    return list(newest.values())


def _judge(context: Context, target: Target, declared: Sequence[Target]) -> Judged:
    points = context.curve(target.metric).finite
    if target.metric.startswith(HELD_OUT):
        return _by_newest(context, target, points)
    if target.metric.startswith(BY_CANDIDATES):
        points = points.between(comparable(context).since, math.inf)
    needed = context[ENOUGH]
    if len(points) < needed:
        return Judged(target, State.WAITING, points)
    newest = points.last(NEWEST * needed if len(points) >= NEWEST * needed else needed)
    mean, low, high = mean_interval(newest.values)
    number = Number(mean, low=low, high=high)
    if target.met(low) and target.met(high):
        return Judged(target, State.PASS, newest, number)
    short = not target.met(low) and not target.met(high)
    missed = short and not _leads_on(points, target, mean, declared)
    return Judged(target, State.WARN if missed else State.WAITING, newest, number)


def _by_newest(context: Context, target: Target, points: Series) -> Judged:
    after = points.between(target.step, math.inf)
    if not len(after):
        state = State.WARN if context.over and len(points) else State.WAITING
        last = points.last(1)
        met = len(last) and target.met(float(last.values[-1]))
        number = Number(float(last.values[-1])) if len(last) else None
        return Judged(target, State.PASS if met else state, last, number)
    newest = after.last(TWICE)
    number = Number(float(newest.values[-1]))
    if target.met(number.value):
        return Judged(target, State.PASS, newest, number)
    again = len(newest) == TWICE and not target.met(float(newest.values[0]))
    return Judged(target, State.WARN if again or context.over else State.WAITING, newest, number)


def _leads_on(points: Series, target: Target, mean: float, declared: Sequence[Target]) -> bool:
    """The present slope reaches the metric's next target in time."""
    later = [t for t in declared if t.metric == target.metric and t.step > target.step]
    if not later:
        return False
    goal = min(later, key=lambda t: t.step)
    way = points.last(USUAL_WAY)
    slope = theil_sen(block_means(way.values)) * BLOCKS / max(1, int(way.steps[-1] - way.steps[0]))
    return goal.met(mean + slope * (goal.step - int(way.steps[-1])))


def _looked_at(declared: Iterable[Target]) -> Message:
    return say(_("{count} declared targets"), count=len(list(declared)))


def _finding(context: Context, worst: Judged, judged: list[Judged]) -> Finding:
    target, number = worst.target, worst.number
    looked_at = (
        values_of(target.metric, worst.points)
        if len(worst.points)
        else _looked_at(one.target for one in judged)
    )
    if number is None or worst.state == State.WAITING:
        return waiting(looked_at, _open(context, worst), number=number)
    reached = sum(one.state == State.PASS for one in judged)
    if worst.state == State.PASS:
        says = _("Every target that is due is reached, {count} of them: {target} (now {level}).")
        told = say(says, count=reached, target=str(target), level=_level(number))
        return Finding(state=State.PASS, says=told, looked_at=looked_at, number=number)
    says = _("Missed: {target} was due at step {step}; it is {level}.")
    return Finding(
        state=State.WARN,
        says=say(says, target=str(target), step=target.step, level=_level(number)),
        expected=say(
            _("{target} from step {step} on, as declared; {reached} of {count} are reached."),
            target=str(target),
            step=target.step,
            reached=reached,
            count=len(judged),
        ),
        looked_at=looked_at,
        number=number,
        evidence=(
            evidence(target.metric, worst.points, Level(target.value, Message(_("target")))),
        ),
        check=say(
            _("{target} at step {step} of the next run."), target=str(target), step=target.step
        ),
        **_why(context, worst),
        **span(worst.points),
    )


def _level(number: Number) -> str:
    told = figure(number.value)
    if number.low is None or number.high is None:
        return told
    return f"{told} (95 %: {figure(number.low)} – {figure(number.high)})"


def _open(context: Context, one: Judged) -> Message:
    if one.number is not None:
        says = _("{target}, due at step {step}, is undecided: it is {level}.")
        level = _level(one.number)
        return say(says, target=str(one.target), step=one.target.step, level=level)
    return say(
        _("{target} is due, but {count} of {needed} values of it are there."),
        target=str(one.target),
        count=len(one.points),
        needed=1 if one.target.metric.startswith(HELD_OUT) else context[ENOUGH],
    )


def _why(context: Context, one: Judged) -> dict[str, Any]:
    """Causes: of a loss those that its standing still has; of others whether it still moves."""
    if one.target.metric.startswith("train/loss"):
        why = why_stuck(context)
        return {"causes": why.causes, "remedy": ONE_CHANGE, "patch": why.patch}
    values = context.curve(one.target.metric).finite.values
    better = len(values) > 1 and (values[-1] > values[0]) == one.target.above
    moving = Message(_("It moves the right way and needs more steps: its curve still climbs."))
    other = Message(_("It does not move towards the target: see the verdicts on the loss."))
    return {
        "causes": (moving, other) if better else (other, moving),
        "remedy": Message(_("Give it more steps, or mend what the verdicts on the loss name.")),
    }
