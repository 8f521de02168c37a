"""How the training loss moved: judged on block means, by several evaluations in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.health.diagnosis import Diagnosis
from dashboard.health.readings import comparable, warmup_steps
from dashboard.health.rule import Context, Finding, Message, Threshold, gettext_noop, say, waiting
from dashboard.health.seen import ONE_CHANGE, span, values_of
from dashboard.health.statistics import BLOCKS, block_means, mann_kendall, theil_sen
from dashboard.metrics.series import Floats, Series

_ = gettext_noop

LOSS = "train/loss"
# An evaluation looks at 10 block means of 10 values
WINDOW = Threshold("window", 100, low=50, high=10_000, says=_("Newest values that are judged"))
# A running run is judged again and again
EVALUATIONS = Threshold(
    "evaluations", 3, low=1, high=100, says=_("Evaluations in a row that must agree")
)
EVERY = 10  # values from one evaluation to the next
START = 20  # values whose mean is the level that the loss started from
FIRST = 5  # values from before the weights have moved much
THROWN_UP = 1.5  # times these, after them: more than the noise of so few values


@dataclass(frozen=True)
class Trend:
    """One evaluation: how the loss moved in a window."""

    z: float
    fall: float  # over the window, as a share of its level; negative while rising
    level: float


def judged_loss(context: Context) -> Series:
    """The values after warm-up that can be compared with each other."""
    ready = max(warmup_steps(context), comparable(context).since)
    return context.curve(LOSS).finite.between(ready, np.inf)


def start_level(context: Context) -> float:
    """The level that the loss started from, in what it counts now.

    Where the number of candidates changed on the way, what the loss had fallen by until then counts
    as fallen: a run that had learnt what it could before its bank filled is not stuck. Where it did
    not, a loss that was lower before the first steps than after them started from there: the first
    updates threw it up.
    """
    change = comparable(context)
    every = context.curve(LOSS).finite
    now = float(every.between(change.since, np.inf).values[:START].mean())
    if change.since == 0:
        untrained = float(every.values[:FIRST].mean())
        return untrained if 0 < untrained * THROWN_UP < now else now
    before = every.between(0, change.before).values
    if len(before) < START:
        return now
    first, last = float(before[:START].mean()), float(before[-START:].mean())
    return now * max(1.0, first / last) if first > 0 and last > 0 else now


def needed(context: Context) -> int:
    """Values, for every evaluation to have its window."""
    return context[WINDOW] + (context[EVALUATIONS] - 1) * EVERY


def backs(context: Context) -> range:
    """How many of the newest values each evaluation does not know yet."""
    return range(0, context[EVALUATIONS] * EVERY, EVERY)


def until(values: Floats, back: int, count: int) -> Floats:
    """The newest `count` values as they were `back` values ago."""
    end = len(values) - back
    return values[max(0, end - count) : end]


def trend(values: Floats, back: int, count: int) -> Trend:
    means = block_means(until(values, back, count))
    level = float(means.mean())
    fall = -theil_sen(means) * (BLOCKS - 1) / max(abs(level), np.finfo(float).tiny)
    return Trend(mann_kendall(means), fall, level)


def newest(context: Context, loss: Series) -> Series:
    """What all evaluations together look at."""
    return loss.last(needed(context))


def too_short(context: Context, loss: Series) -> Finding:
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
    return say(text, count=count, needed=needed(context), warmup=warmup_steps(context))


def shown(loss: Series, points: Series, why: Diagnosis) -> dict[str, Any]:
    """The parts of a finding that say where it was seen and what may be behind it."""
    return {
        "looked_at": values_of(LOSS, loss),
        "causes": why.causes,
        "patch": why.patch,
        "remedy": ONE_CHANGE,
        **span(points),
    }
