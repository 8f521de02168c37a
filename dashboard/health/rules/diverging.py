"""CNV-06."""

from __future__ import annotations

import numpy as np

from dashboard.health.diagnosis import Diagnosis
from dashboard.health.figures import figure
from dashboard.health.readings import rate_times
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
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine, values_of
from dashboard.health.statistics import mean_interval
from dashboard.health.trend import (
    EVALUATIONS,
    LOSS,
    WINDOW,
    backs,
    judged_loss,
    needed,
    newest,
    shown,
    start_level,
    too_short,
    trend,
)
from dashboard.metrics.series import Floats, Series

_ = gettext_noop

RISING = 1.645  # Mann-Kendall's z, one-sided 5 %
LEVEL_VALUES = 50  # whose mean is the level that divergence is measured by
DIVERGED = Threshold(
    "diverged", 2.0, low=1, high=100, says=_("Times the best level above which it fails")
)
# a rise that is smaller is noise around a loss near zero
VISIBLE = Threshold(
    "visible",
    0.05,
    low=0,
    high=10,
    says=_("Share of the starting level below which a rise does not count"),
)
SLOWER = 10.0  # the learning rate's divisor in the offer


@rule(id="CNV-06", title=_("Loss diverging"), thresholds=(DIVERGED, VISIBLE, WINDOW, EVALUATIONS))
def diverging(context: Context) -> Finding:
    """The training loss rises for good.

    The mean of 50 values, by the lower end of its 95 % interval (Student's t on block means), is
    more than twice the best such mean of the run, the rise is more than 5 % of where the loss
    started, and the block means of 100 values rise (Mann-Kendall): three evaluations in a row must
    agree, then it is a failure. Judged are values after the learning rate's warm-up and since the
    number of candidates last changed, 120 at least.

    A single spike is not divergence (NUM-07), NaN is another rule's (NUM-01), and a loss whose
    definition changed on the way, by a schedule of weights or temperatures, can rise rightly.
    """
    if not len(context.curve(LOSS)):
        return unlogged(context, Message(_("No training loss is logged.")))
    loss = judged_loss(context)
    if len(loss) < needed(context):
        return too_short(context, loss)
    levels = _levels(loss.values)
    start = start_level(context)
    if all(_diverges(context, loss.values, levels, back, start) for back in backs(context)):
        return _diverging(context, loss, levels)
    ratio = levels[-1] / levels.min() if levels.min() > 0 else 1.0
    says = _("The loss does not rise: its newest level is {ratio} times the best one.")
    return fine(say(says, ratio=figure(float(ratio))), values_of(LOSS, loss))


def _levels(values: Floats) -> Floats:
    """Running means, newest last."""
    sums = np.cumsum(np.concatenate(([0.0], values)))
    levels: Floats = (sums[LEVEL_VALUES:] - sums[:-LEVEL_VALUES]) / LEVEL_VALUES
    return levels


def _diverges(context: Context, values: Floats, levels: Floats, back: int, start: float) -> bool:
    best = float(levels[: len(levels) - back].min())
    known = values[: len(values) - back]
    rise = mean_interval(known[-LEVEL_VALUES:])[1] - best  # of its lower end: noise is no rise
    least = max(context[VISIBLE] * abs(start), (context[DIVERGED] - 1) * abs(best))
    return rise > least and trend(values, back, context[WINDOW]).z > RISING


def _diverging(context: Context, loss: Series, levels: Floats) -> Finding:
    causes = (
        Message(_("A learning rate that is too high, or a change in the data: the loss rises.")),
    )
    why = Diagnosis(causes, rate_times(context, 1 / SLOWER))
    points, best = newest(context, loss), float(levels.min())
    return Finding(
        state=State.FAIL,
        says=say(
            _("The loss diverges: it rose to {level}, from {best} at its best."),
            level=figure(float(levels[-1])),
            best=figure(best),
        ),
        expected=say(
            _("A loss that stays below {times} times the best level that it had reached."),
            times=figure(context[DIVERGED]),
        ),
        number=Number(float(levels[-1]), _("mean of 50 values")),
        evidence=(evidence(LOSS, points, Level(best, Message(_("best level")))),),
        check=say(
            _("{name} stays below {times} times its best level."),
            name=LOSS,
            times=figure(context[DIVERGED]),
        ),
        **shown(loss, points, why),
    )
