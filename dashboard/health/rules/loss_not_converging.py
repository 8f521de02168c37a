"""CNV-05, with the divergence of CNV-06."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.health.diagnosis import Diagnosis, why_stuck
from dashboard.health.figures import figure, percent
from dashboard.health.readings import comparable, rate_times, warmup_steps
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    State,
    evidence,
    gettext_noop,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.statistics import BLOCKS, block_means, mann_kendall, mean_interval, theil_sen
from dashboard.metrics.series import Floats, Series

_ = gettext_noop

LOSS = "train/loss"
WINDOW = 100  # values an evaluation looks at: 10 block means of 10
EVALUATIONS = 3  # in a row must agree, as a running run is judged again and again
EVERY = 10  # values from one evaluation to the next
START = 20  # values whose mean is the level that the loss started from
NOT_FALLING = -1.28  # Mann-Kendall's z, one-sided 10 %
RISING = 1.645  # one-sided 5 %
FLAT = 0.03  # of the level: a smaller fall over the window is called none
STILL_AT_START = 0.9  # of the starting level; below it a flat loss is a plateau that was reached
LEVEL_VALUES = 50  # whose mean is the level that divergence is measured by
DIVERGED = 2.0  # times the best level of the run
VISIBLE = 0.05  # of the starting level: a rise that is smaller is noise around a loss near zero
EARLY = 50  # values after warm-up that may already show a clear fall
EARLY_FALL = 0.10  # of the level within them
CLEARLY_FALLING = -2.33  # one-sided 1 %
SLOWER = 10.0  # the learning rate's divisor in the offer against divergence


@dataclass(frozen=True)
class Trend:
    """One evaluation: how the loss moved in a window."""

    z: float
    fall: float  # over the window, as a share of its level; negative while rising
    level: float


@rule(id="CNV-05", title=_("Loss not converging"))
def loss_not_converging(context: Context) -> Finding:
    """The training loss does not fall, or rises for good.

    Works for any trainer that logs `train/loss`. The last 100 values are cut into 10 blocks:
    neighbouring values are alike, and a trend test on raw values would be wrong half of the time.
    The loss *stands still* when the block means do not fall (Mann-Kendall), their typical slope
    (Theil-Sen) is less than 3 % of the level, and the level is still at least 0.9 of where it
    started: a warning. It *diverges* when the mean of 50 values, by the lower end of its 95 %
    interval, is more than twice the best one of the run and the block means rise: a failure.
    Three evaluations in a row must agree.

    A loss that fell and then became flat is not called stuck: it may simply be done. No alarm is
    raised before there are 120 values since the learning rate's warm-up and since the number of
    candidates of a contrastive loss last changed, as earlier ones have another chance level; a
    clear fall shows after 50.
    """
    if not len(context.curve(LOSS)):
        return unlogged(context, Message(_("No training loss is logged.")))
    loss = _judged(context)
    if len(loss) < WINDOW + (EVALUATIONS - 1) * EVERY:
        return _early(context, loss)
    start = _start(context)
    trends = [_trend(loss.values, back) for back in _backs()]
    if all(_diverges(loss.values, back, start) for back in _backs()):
        return _diverging(context, loss, trends[0])
    if all(_stands_still(trend, start) for trend in trends):
        return _stuck(context, loss, trends[0], start)
    return _fine(loss, trends[0])


def _judged(context: Context) -> Series:
    """The values after warm-up that can be compared with each other."""
    ready = max(warmup_steps(context), comparable(context).since)
    return context.curve(LOSS).finite.between(ready, np.inf)


def _start(context: Context) -> float:
    """The level that the loss started from, in what it counts now.

    Where the number of candidates changed on the way, what the loss had fallen by until then counts
    as fallen: a run that had learnt what it could before its bank filled is not stuck.
    """
    change = comparable(context)
    every = context.curve(LOSS).finite
    now = float(every.between(change.since, np.inf).values[:START].mean())
    before = every.between(0, change.before).values
    if len(before) < START:
        return now
    first, last = float(before[:START].mean()), float(before[-START:].mean())
    return now * max(1.0, first / last) if first > 0 and last > 0 else now


def _backs() -> range:
    """How many of the newest values each evaluation does not know yet."""
    return range(0, EVALUATIONS * EVERY, EVERY)


def _until(values: Floats, back: int, count: int) -> Floats:
    """The newest `count` values as they were `back` values ago."""
    end = len(values) - back
    return values[max(0, end - count) : end]


def _trend(values: Floats, back: int, count: int = WINDOW) -> Trend:
    window = _until(values, back, count)
    means = block_means(window)
    level = float(means.mean())
    fall = -theil_sen(means) * (BLOCKS - 1) / max(abs(level), np.finfo(float).tiny)
    return Trend(mann_kendall(means), fall, level)


def _stands_still(trend: Trend, start: float) -> bool:
    at_start = trend.level >= start - (1 - STILL_AT_START) * abs(start)
    return trend.z > NOT_FALLING and trend.fall < FLAT and at_start


def _diverges(values: Floats, back: int, start: float) -> bool:
    known = values[: len(values) - back]
    sums = np.convolve(known, np.ones(LEVEL_VALUES), mode="valid") / LEVEL_VALUES
    best = float(sums.min())
    rise = mean_interval(known[-LEVEL_VALUES:])[1] - best  # of its lower end: noise is no rise
    visible = rise > VISIBLE * abs(start) and rise > (DIVERGED - 1) * abs(best)
    return visible and _trend(values, back).z > RISING


def _looked_at(loss: Series) -> Message:
    return say(
        _("{count} values of {name}, steps {first} to {last}"),
        count=len(loss),
        name=LOSS,
        first=int(loss.steps[0]),
        last=int(loss.steps[-1]),
    )


def _window(loss: Series) -> Series:
    return loss.last(WINDOW + (EVALUATIONS - 1) * EVERY)


def _early(context: Context, loss: Series) -> Finding:
    """Too few values to alarm; a clear fall can be told from fewer."""
    if len(loss) >= EARLY:
        trend = _trend(loss.values, 0, len(loss))
        if trend.z < CLEARLY_FALLING and trend.fall > EARLY_FALL:
            return _fine(loss, trend)
    return waiting(
        say(_("{count} comparable values of {name}"), count=len(loss), name=LOSS),
        _missing(context, len(loss)),
    )


def _missing(context: Context, count: int) -> Message:
    text = _(
        "{count} of {needed} values are there (after {warmup} steps of LR warm-up, since the number"
        " of candidates last changed)."
    )
    if context.over:
        text = _(
            "The run ended with {count} of {needed} values (after {warmup} steps of LR warm-up,"
            " since the number of candidates last changed): a longer one would tell."
        )
    needed = WINDOW + (EVALUATIONS - 1) * EVERY
    return say(text, count=count, needed=needed, warmup=warmup_steps(context))


def _fine(loss: Series, trend: Trend) -> Finding:
    falls = trend.z < NOT_FALLING and trend.fall > 0
    text = (
        _("The loss falls: {fall} over the last window.") if falls else _("The loss has settled.")
    )
    return Finding(
        state=State.PASS,
        says=say(text, fall=percent(trend.fall)),
        looked_at=_looked_at(loss),
    )


def _stuck(context: Context, loss: Series, trend: Trend, start: float) -> Finding:
    why = why_stuck(context)
    points = _window(loss)
    return Finding(
        state=State.WARN,
        says=say(
            _("The loss stands still at {level}: it started at {start} and does not fall."),
            level=figure(trend.level),
            start=figure(start),
        ),
        expected=say(
            _("A fall of at least {flat} over {window} values, or a level below {share}."),
            flat=percent(FLAT),
            window=WINDOW,
            share=figure(STILL_AT_START * start),
        ),
        evidence=(evidence(LOSS, points, Level(start, Message(_("where it started")))),),
        check=say(_("Block means of {name} fall within {count} steps."), name=LOSS, count=WINDOW),
        **_common(loss, points, why),
    )


def _diverging(context: Context, loss: Series, trend: Trend) -> Finding:
    cause = Message(_("A learning rate that is too high, or a change in the data: the loss rises."))
    why = Diagnosis((cause,), rate_times(context, 1 / SLOWER))
    points = _window(loss)
    return Finding(
        state=State.FAIL,
        says=say(
            _("The loss diverges: it rose to {level}, more than twice the best level of the run."),
            level=figure(trend.level),
        ),
        expected=Message(_("A loss that stays below twice the best level that it had reached.")),
        evidence=(evidence(LOSS, points),),
        check=say(_("{name} stays below twice its best level."), name=LOSS),
        **_common(loss, points, why),
    )


def _common(loss: Series, points: Series, why: Diagnosis) -> dict[str, Any]:
    first, last = int(points.steps[0]), int(points.steps[-1])
    return {
        "looked_at": _looked_at(loss),
        "since_step": first,
        "window": (first, last),
        "causes": why.causes,
        "patch": why.patch,
        "remedy": Message(_("Launch again on this baseline with the one change below.")),
    }
