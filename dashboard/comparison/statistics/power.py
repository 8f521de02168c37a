"""How many runs it takes to see an effect."""

from __future__ import annotations

import math

from dashboard.comparison.statistics.distributions import t_power, welch_power

WANTED = 0.8  # the chance of seeing an effect that is there
MOST_RUNS = 1000  # an arm: beyond, nobody queues them
GUESSED_CORRELATION = 0.8  # between runs of one seed, before there are two pairs to tell it by


def paired_power(effect: float, spread: float, pairs: int, level: float = 0.95) -> float:
    """spread: the standard deviation of the pairs' differences."""
    if spread == 0:
        return float(effect != 0)
    return t_power(effect / spread * math.sqrt(pairs), pairs - 1, level)


def unpaired_power(effect: float, spread: float, runs: int, level: float = 0.95) -> float:
    """spread: the standard deviation between runs of one arm; runs: of each arm."""
    if spread == 0:
        return float(effect != 0)
    return welch_power(effect / spread * math.sqrt(runs / 2), runs, level)
