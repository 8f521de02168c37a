"""THR-01."""

from __future__ import annotations

import math

import numpy as np

from dashboard.health.figures import figure, percent
from dashboard.health.readings import comparable, on_cpu
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
    remarked,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.health.statistics import mann_whitney
from dashboard.metrics.series import Series

_ = gettext_noop

STEP, OWN = "time/step", "time/cpu"
BESIDE = (STEP, OWN, "time/left")  # what is no part of a step
FIRST = 10  # steps that compile, allocate and fill caches
BLOCK = Threshold("block", 30, low=5, high=1000, says=_("Newest steps that are compared"))
HISTORY = Threshold("history", 60, low=10, high=100_000, says=_("Steps before them that it needs"))
MOST_HISTORY = 1000
BLOCKS = 2  # in a row must be slower
Z = 3.09  # Mann-Whitney, one-sided 0.1 %
OTHERS = Message(_("A remark: on the CPU any other program on the same cores makes a step slower."))
WARN = Threshold("warn", 1.1, low=1, high=100, says=_("Times the earlier median at which it warns"))
MUCH = Threshold(
    "own",
    1.3,
    low=1,
    high=100,
    says=_("On a CPU: times the earlier processor time of a step before a slowdown counts"),
)
FAIL = Threshold("fail", 1.5, low=1, high=100, says=_("Times the earlier median at which it fails"))


@rule(
    id="THR-01",
    title=_("Slowdown"),
    version=2,
    thresholds=(WARN, FAIL, BLOCK, HISTORY, MUCH),
)
def slowdown(context: Context) -> Finding:
    """Steps take longer than they did earlier in the same run.

    The newest 30 steps and the 30 before them are each compared with all earlier ones (at most
    1000, without the first 10): Mann-Whitney with p < 0.001 and a median that is longer by 10 % is
    a warning, by 50 % a failure. Simulated with 2 % of outliers, one such block alarms falsely in 0
    to 3 % of runs and finds 93 to 100 % of slowdowns of a fifth; a rule of three standard
    deviations finds 3 to 13 %. Steps from before the number of candidates changed do not count as
    history.

    Which part of the step grew is named where the parts are logged. On a CPU other programs share
    the cores: there it is a remark only, unless the step's own processor time (`time/cpu`) grew by
    30 % as well, which no waiting explains. Evaluation and checkpoints are not part of a step.
    """
    curve = context.curve(STEP).finite
    if not len(curve):
        return unlogged(context, Message(_("The time of a step is not logged.")))
    since = max(int(curve.steps[0]) + FIRST, comparable(context).since)
    judged = curve.between(since, math.inf)
    newest = BLOCKS * context[BLOCK]
    needed = context[HISTORY] + newest
    if len(judged) < needed:
        says = _("{count} of {needed} steps of the same kind, after the first {first}.")
        told = say(says, count=len(judged), needed=needed, first=FIRST)
        return waiting(values_of(STEP, curve), told)
    history = judged.where(np.arange(len(judged)) < len(judged) - newest)
    history = history.last(MOST_HISTORY)
    before = float(np.median(history.values))
    if before <= 0:
        told = Message(_("Most steps took 0 s or less: their time was not measured."))
        return waiting(values_of(STEP, curve), told)
    slow = judged.last(newest)
    block = np.arange(newest) // context[BLOCK]
    blocks = [slow.where(block == number) for number in range(BLOCKS)]
    ratio = min(float(np.median(b.values)) for b in blocks) / before
    slower = ratio >= context[WARN] and all(
        mann_whitney(history.values, b.values) > Z for b in blocks
    )
    if slower:
        finding = _found(context, history, slow, ratio)
        return finding if _is_own(context, history, slow) else remarked(finding, OTHERS)
    says = _("A step takes {now} s, and took {before} s before.")
    now = float(np.median(blocks[-1].values))
    return fine(say(says, now=figure(now), before=figure(before)), values_of(STEP, judged))


def _is_own(context: Context, history: Series, slow: Series) -> bool:
    """Not the doing of other programs: on a CPU, this one's own processor time must tell as well.

    A step that only waits for its turn takes no more of it.
    """
    if not on_cpu(context):
        return True
    own = context.curve(OWN)
    before = _median(own, history)
    return before > 0 and _median(own, slow) >= context[MUCH] * before


def _found(context: Context, history: Series, slow: Series, ratio: float) -> Finding:
    before, now = float(np.median(history.values)), float(np.median(slow.values))
    return Finding(
        state=State.FAIL if ratio >= context[FAIL] else State.WARN,
        says=say(
            _("Steps take {more} longer: {now} s instead of {before} s."),
            more=percent(now / before - 1),
            now=figure(now),
            before=figure(before),
        ),
        expected=say(
            _("Less than {most} more than earlier in the run."), most=percent(context[WARN] - 1)
        ),
        looked_at=values_of(STEP, slow),
        number=Number(now / before, _("times the earlier median")),
        evidence=(evidence(STEP, slow, Level(before, Message(_("earlier median")))),),
        causes=_causes(context, history, slow),
        remedy=Message(_("Look at the part that grew, and at what else runs on the machine.")),
        check=say(
            _("The median of {name} is back at {before} s."), name=STEP, before=figure(before)
        ),
        **span(slow),
    )


def _causes(context: Context, history: Series, slow: Series) -> tuple[Message, ...]:
    """The part of the step that grew most comes first."""
    grown = {
        name: _median(curve, slow) - _median(curve, history)
        for name, curve in context.named("time/").items()
        if name not in BESIDE and len(curve.finite)
    }
    usual = Message(
        _(
            "Another program on the machine, a hot device that clocks down, or a slow"
            " disk: all parts of a step grew alike."
        )
    )
    name = max(grown, key=lambda name: grown[name], default="")
    if not name or not grown[name] > 0:
        return (usual,)
    return say(_("{name} grew most, by {more} s."), name=name, more=figure(grown[name])), usual


def _median(curve: Series, over: Series) -> float:
    values = curve.finite.between(int(over.steps[0]), int(over.steps[-1])).values
    return float(np.median(values)) if len(values) else 0.0
