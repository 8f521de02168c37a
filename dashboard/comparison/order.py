"""In which order the runs of a study are queued, so that no arm has the better hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Arm = TypeVar("Arm")


def interleaved(arms: Sequence[Arm], seeds: Sequence[int]) -> list[tuple[Arm, int]]:
    """A B, then B A, then A B …: a machine that slows down steadily costs each arm the same.

    With two slots at once the two runs of a seed run side by side.
    """
    order = []
    for place, seed in enumerate(seeds):
        turn = arms if place % 2 == 0 else list(reversed(arms))
        order += [(arm, seed) for arm in turn]
    return order


def seeds_after(taken: Sequence[int], count: int, first: int = 0) -> list[int]:
    """The next `count` seeds from `first` on that no run has yet."""
    found: list[int] = []
    used, seed = set(taken), first
    while len(found) < count:
        if seed not in used:
            found.append(seed)
        seed += 1
    return found
