"""Series: the points of one curve, and the currency of the house."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Series:
    """Points in the order of their steps.

    steps: (n,) optimizer steps; times: (n,) seconds since 1970; values: (n,), NaN and Inf are data
    """

    steps: Ints
    times: Floats
    values: Floats

    @classmethod
    def of(cls, steps: ArrayLike, values: ArrayLike, times: ArrayLike | None = None) -> Series:
        """A series from anything array-like; times default to the steps.

        ValueError on unequal lengths.
        """
        step_array = np.asarray(steps, dtype=np.int64)
        value_array = np.asarray(values, dtype=np.float64)
        time_array = np.asarray(steps if times is None else times, dtype=np.float64)
        if not len(step_array) == len(value_array) == len(time_array):
            raise ValueError(
                f"{len(step_array)} steps, {len(time_array)} times and {len(value_array)} values:"
                " a series needs as many of each"
            )
        return cls(step_array, time_array, value_array)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def finite(self) -> Series:
        """Only the points whose value is neither NaN nor infinite."""
        mask = np.isfinite(self.values)
        return self if mask.all() else self.where(mask)

    def between(self, first: float, last: float) -> Series:
        """The points with first <= step <= last."""
        mask = (self.steps >= first) & (self.steps <= last)
        return self if mask.all() else self.where(mask)

    def last(self, count: int) -> Series:
        """The newest `count` points, or all where there are fewer."""
        return self.cut(max(0, len(self) - count), len(self))

    def tail(self, share: float) -> Series:
        """The newest `share` (0 to 1) of the points."""
        return self.last(int(np.ceil(len(self) * share)))

    def by_step(self) -> Series:
        """In the order of the steps; equal ones stay in the order in which they are."""
        if (self.steps[1:] >= self.steps[:-1]).all():
            return self
        order = np.argsort(self.steps, kind="stable")
        return Series(self.steps[order], self.times[order], self.values[order])

    def cut(self, begin: int, end: int) -> Series:
        """The points from one place to before another."""
        part = slice(begin, end)
        return Series(self.steps[part], self.times[part], self.values[part])

    def where(self, mask: NDArray[np.bool_]) -> Series:
        """The points that `mask`, (n,), selects."""
        return Series(self.steps[mask], self.times[mask], self.values[mask])


def joined(parts: Sequence[Series]) -> Series:
    """One after the other, in the order given; no parts are an empty series."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return EMPTY
    return Series(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


Curves = Mapping[str, Series]  # by the metric's name, "train/loss/region"

EMPTY = Series.of([], [])
