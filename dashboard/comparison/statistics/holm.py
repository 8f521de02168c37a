"""Several questions at once: p values that stay honest when the smallest one is picked."""

from __future__ import annotations

from collections.abc import Sequence


def adjusted(values: Sequence[float]) -> list[float]:
    """Holm's step-down p values, in the order given.

    Whoever calls those below 0.05 true is wrong about any of them in at most 5 % of cases.
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [1.0] * len(values)
    highest = 0.0
    for place, index in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - place) * values[index]))
        found[index] = highest
    return found
