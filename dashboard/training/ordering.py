"""Another order of the queue, by as few changes of priorities as it takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Move = Literal["up", "down", "top"]
MOVES: tuple[Move, ...] = ("up", "down", "top")


@dataclass(frozen=True)
class Waiting:
    """A queued run. Of two with one priority the one that came earlier is claimed first."""

    run: str
    priority: int
    arrived: int  # its place among all by age


def moved(queue: Sequence[Waiting], run: str, move: Move) -> dict[str, int]:
    """The priorities that must change so that `run` is one place further, or first.

    queue: in the order in which it is claimed. Empty where the run is there already.
    """
    place = next(place for place, one in enumerate(queue) if one.run == run)
    if move == "down":
        turned = moved_up([_mirrored(one) for one in reversed(queue)], len(queue) - 1 - place, 1)
        return {name: -priority for name, priority in turned.items()}
    return moved_up(queue, place, 1 if move == "up" else place)


def moved_up(queue: Sequence[Waiting], place: int, by: int) -> dict[str, int]:
    """Raise the one at `place` over `by` others, and whatever would be overtaken besides."""
    target = place - by
    if by < 1 or target < 0:
        return {}
    line = [*queue[:target], queue[place], *queue[target:place]]
    found: dict[str, int] = {}
    below = line[target + 1]
    for one in reversed(line[: target + 1]):
        if found and _before(one, below):
            break
        raised = below.priority + (one.arrived > below.arrived)
        below = Waiting(one.run, max(raised, one.priority), one.arrived)
        found[one.run] = below.priority
    return found


def _before(one: Waiting, other: Waiting) -> bool:
    return (-one.priority, one.arrived) < (-other.priority, other.arrived)


def _mirrored(one: Waiting) -> Waiting:
    return Waiting(one.run, -one.priority, -one.arrived)
