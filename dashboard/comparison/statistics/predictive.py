"""How likely the next answer sees an effect, by what the runs so far tell of chance.

The power of so many runs rests on the spread between them, and few runs tell it badly. Runs that
would do if the estimate were right see the effect less often than promised: where it is too low
much is lost, where it is too high little is won. So the power is averaged over all that the spread
may be. The next answer holds the runs so far as well, which happened to look as they do.

Source: Spiegelhalter, Freedman & Blackburn, Monitoring clinical trials: conditional or predictive
power?, Controlled Clinical Trials 7 (1986); here with the spread unknown as well. The estimate of
an effect moves on from what it was as a sum of independent parts; with equal spreads in both arms,
which is exact for pairs and arms of one size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dashboard.comparison.statistics.distributions import (
    chi_square_below,
    chi_square_quantiles,
    normal_quantiles,
    t_quantile,
)
from dashboard.comparison.statistics.intervals import LOPSIDED
from dashboard.comparison.statistics.power import MOST_RUNS, WANTED

LEAST_MORE = 2  # a single one tells nothing of the chance between the new ones


@dataclass(frozen=True)
class SoFar:
    """What the runs tell. sizes: of the arms, or the number of pairs alone; spread: between runs
    of one arm, or between the differences of pairs.
    """

    effect: float
    spread: float
    sizes: tuple[int, ...]

    @property
    def freedom(self) -> int:
        return sum(size - 1 for size in self.sizes)

    @property
    def squared(self) -> float:
        """The squared error of the effect, as a share of the squared spread."""
        return math.fsum(1 / size for size in self.sizes)

    def grown(self, more: int) -> SoFar:
        return SoFar(self.effect, self.spread, tuple(size + more for size in self.sizes))


def more_needed(found: SoFar, effect: float, level: float, chance: float = WANTED) -> int | None:
    """Runs to add to each arm so that an effect of that size is seen with that chance.

    None where MOST_RUNS are too few.
    """
    if predictive_power(found, MOST_RUNS, effect, level) < chance:
        return None
    few, enough = LEAST_MORE - 1, MOST_RUNS
    while enough - few > 1:
        middle = (few + enough) // 2
        is_enough = predictive_power(found, middle, effect, level) >= chance
        few, enough = (few, middle) if is_enough else (middle, enough)
    return enough


def predictive_power(found: SoFar, more: int, effect: float, level: float) -> float:
    """How likely an answer of that level sees an effect of that size, with `more` runs an arm, at
    least LEAST_MORE.

    Which way the effect goes is not known; either way counts by how well the runs so far fit it.
    """
    ways = [effect, -effect]
    squares = np.array([_squares(found, way) for way in ways])
    fits = (squares / squares.min()) ** (-(found.freedom + 1) / 2)
    powers = [_power(found, more, way, level) for way in ways]
    return float(fits @ powers / fits.sum())


def _squares(found: SoFar, effect: float) -> float:
    """Of the deviations, those of the mean from `effect` among them."""
    return found.freedom * found.spread**2 + (found.effect - effect) ** 2 / found.squared


def _power(found: SoFar, more: int, effect: float, level: float) -> float:
    """Over what the variance may be, and over what the estimate may have become by then."""
    then = found.grown(more)
    kept = then.squared / found.squared  # the part of the next estimate that is there already
    ways, weights, deviations = normal_quantiles()
    variances = _squares(found, effect) / chi_square_quantiles(found.freedom + 1, ways)
    moved = np.sqrt(variances * then.squared * (1 - kept))[:, None] * deviations
    estimates = effect + kept * (found.effect - effect) + moved
    least = t_quantile((1 + level) / 2, _freedom(then.sizes))
    # Seen: `least` errors from zero. The squares behind the error: those that are there, what the
    # estimate moved on by, and what is still to be drawn and has this room.
    moved_on = (estimates - found.effect) ** 2 / (found.squared - then.squared)
    there = found.freedom * found.spread**2 + moved_on
    room = then.freedom * estimates**2 / then.squared / least**2 - there
    drawn = then.freedom - found.freedom - 1
    seen = chi_square_below(np.maximum(room, 0) / variances[:, None], drawn)
    return float(weights @ seen @ weights)


def _freedom(sizes: tuple[int, ...]) -> int:
    """As intervals.contrast counts them: of the smaller arm alone where the other is far larger."""
    if max(sizes) > LOPSIDED * min(sizes):
        return min(sizes) - 1
    return sum(size - 1 for size in sizes)
