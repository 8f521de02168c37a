"""The parts of a finding that are always said in the same way: what was looked at, and where."""

from __future__ import annotations

from typing import Any

import numpy as np

from dashboard.health.rule import Finding, Message, Number, State, gettext_noop, say
from dashboard.metrics.series import Series

_ = gettext_noop

ONE_CHANGE = Message(_("Launch again on this baseline with the one change below."))


def values_of(name: str, points: Series) -> Message:
    """`points` must not be empty."""
    return say(
        _("{count} values of {name}, steps {first} to {last}"),
        count=len(points),
        name=name,
        first=int(points.steps[0]),
        last=int(points.steps[-1]),
    )


def span(points: Series) -> dict[str, Any]:
    """Since which step, and the window: of points that are not empty."""
    first, last = int(points.steps[0]), int(points.steps[-1])
    return {"since_step": first, "window": (first, last)}


def fine(says: Message, looked_at: Message, number: Number | None = None) -> Finding:
    return Finding(state=State.PASS, says=says, looked_at=looked_at, number=number)


def above(points: Series, level: float) -> Series:
    """The points whose value is higher."""
    return points.where(points.values > level)


def aligned(one: Series, other: Series) -> tuple[Series, Series]:
    """The points of the steps that both have, each step once, where both are finite."""
    one, other = one.finite, other.finite
    if np.array_equal(one.steps, other.steps) and (one.steps[1:] > one.steps[:-1]).all():
        return one, other
    steps, at, where = np.intersect1d(one.steps, other.steps, return_indices=True)
    return (
        Series(steps, one.times[at], one.values[at]),
        Series(steps, other.times[where], other.values[where]),
    )
