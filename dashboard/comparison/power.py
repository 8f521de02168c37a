"""How many runs it takes to see an effect."""

from __future__ import annotations

import math

from dashboard.comparison.distributions import t_power, welch_power

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


def runs_needed(
    effect: float, spread: float, *, paired: bool, level: float = 0.95, power: float = WANTED
) -> int | None:
    """Runs an arm that see `effect` with that power. None where MOST_RUNS are too few.

    The spread comes from few runs and is itself uncertain: say "about".
    """
    ask = paired_power if paired else unpaired_power
    if effect <= 0 or ask(effect, spread, MOST_RUNS, level) < power:
        return None
    few, enough = 1, MOST_RUNS
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (
            (few, middle) if ask(effect, spread, middle, level) >= power else (middle, enough)
        )
    return enough
