"""Arms as the tests of answers meet them."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.comparison.outcome import Outcome, Side, State, measured


def side(name: str, values: Iterable[float], *more: Outcome) -> Side:
    """Finished runs of seeds 0, 1, 2 … with these values, and more outcomes after them."""
    runs = [measured(f"{name}-{seed}", seed, value, 100) for seed, value in enumerate(values)]
    return Side(name, [*runs, *more])


def without(seed: int, state: State, name: str = "lost") -> Outcome:
    return Outcome(f"{name}-{seed}", seed, state)
