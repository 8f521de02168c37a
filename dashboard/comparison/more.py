"""How many more runs would settle an undecided question."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dashboard.comparison.answer import Answer
from dashboard.comparison.decision import Test, Verdict
from dashboard.comparison.outcome import Sample
from dashboard.comparison.statistics.intervals import spread
from dashboard.comparison.statistics.power import (
    GUESSED_CORRELATION,
    WANTED,
    paired_power,
    unpaired_power,
)
from dashboard.comparison.statistics.predictive import SoFar, more_needed

FIRST_MORE = 2  # seeds an arm, where one run each says nothing about chance
FIRST_EFFECT = 2.0  # standard deviations: what so few can see


@dataclass(frozen=True)
class More:
    """seeds: to add to each arm; None where no number that anybody would queue is enough.

    effect: what they would see with that power; in_spreads: in standard deviations between runs.
    """

    seeds: int | None
    effect: float
    power: float
    in_spreads: bool = False


def more(answer: Answer, level: float) -> More | None:
    """None where the question is settled, where runs have not ended, or nothing can be told.

    level: of the study's next answer.
    """
    if answer.verdict != Verdict.NOT_ENOUGH or answer.waiting or not all(answer.sample.sizes):
        return None
    if answer.decision.verdict != Verdict.NOT_ENOUGH:
        return None  # the numbers are clear: runs that failed keep the answer back
    if answer.decision.test == Test.NONE:
        return _first(level, paired=answer.sample.paired)
    smallest, found = answer.question.smallest, _so_far(answer.sample)
    if smallest is None or not found.spread or _is_beyond(answer, smallest):
        return None
    return More(more_needed(found, smallest, level), smallest, WANTED)


def _first(level: float, *, paired: bool) -> More:
    runs = 1 + FIRST_MORE
    if paired:
        apart = math.sqrt(2 * (1 - GUESSED_CORRELATION))
        power = paired_power(FIRST_EFFECT, apart, runs, level)
    else:
        power = unpaired_power(FIRST_EFFECT, 1.0, runs, level)
    return More(FIRST_MORE, FIRST_EFFECT, power, in_spreads=True)


def _is_beyond(answer: Answer, smallest: float) -> bool:
    """Whether an effect as small as that is ruled out, so that nobody wants to know of it."""
    interval = answer.decision.interval
    return interval is not None and (interval.low > smallest or interval.high < -smallest)


def _so_far(found: Sample) -> SoFar:
    """With a spread of 0 where it is not known."""
    if found.paired:
        apart = found.differences
        return SoFar(float(np.mean(apart)), spread(apart), (len(apart),))
    arms = (found.before, found.after)
    squares = [spread(arm) ** 2 for arm in arms if len(arm) > 1]
    effect = float(np.mean(found.after) - np.mean(found.before))
    return SoFar(effect, math.sqrt(math.fsum(squares) / len(squares)), found.sizes)
