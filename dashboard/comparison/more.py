"""How many more runs would settle an undecided question."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dashboard.comparison.answer import Answer
from dashboard.comparison.decision import Test, Verdict
from dashboard.comparison.intervals import spread
from dashboard.comparison.power import (
    GUESSED_CORRELATION,
    WANTED,
    paired_power,
    runs_needed,
    unpaired_power,
)

FIRST_MORE = 2  # seeds an arm, where one run each says nothing about chance
FIRST_EFFECT = 2.0  # standard deviations: what so few can see
LEAST_MORE = 2  # where the numbers say that there are enough already, and yet they are undecided


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
    if answer.decision.test == Test.NONE:
        return _first(level, paired=answer.sample.paired)
    smallest, known = answer.question.smallest, _spread(answer)
    if smallest is None or not known:
        return None
    return _enough(answer, smallest, known, level)


def _first(level: float, *, paired: bool) -> More:
    runs = 1 + FIRST_MORE
    if paired:
        apart = math.sqrt(2 * (1 - GUESSED_CORRELATION))
        power = paired_power(FIRST_EFFECT, apart, runs, level)
    else:
        power = unpaired_power(FIRST_EFFECT, 1.0, runs, level)
    return More(FIRST_MORE, FIRST_EFFECT, power, in_spreads=True)


def _spread(answer: Answer) -> float:
    """Between differences of pairs, or between runs of one arm; 0 where it is not known."""
    found = answer.sample
    if found.paired:
        return spread(found.differences)
    several = [arm for arm in (found.before, found.after) if len(arm) > 1]
    return math.sqrt(sum(spread(arm) ** 2 for arm in several) / len(several))


def _enough(answer: Answer, smallest: float, known: float, level: float) -> More:
    paired = answer.sample.paired
    needed = runs_needed(smallest, known, paired=paired, level=level)
    if needed is None:
        return More(None, smallest, WANTED)
    return More(max(needed - min(answer.sample.sizes), LEAST_MORE), smallest, WANTED)
