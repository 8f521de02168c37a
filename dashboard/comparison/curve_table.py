"""Curves of several runs at common places along x, so that they can be compared place by place.

Runs that logged at the same steps are compared at these very steps. Others, and curves that are
read as summaries, are compared by cells of x: a run's value in a cell is the mean of its points
there. Nothing is filled in: where a run has no point it has no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dashboard.metrics.series import Floats, Ints

CELLS = 250  # at most
MOST_PLACES = 4000  # compared one by one; more are gathered in cells
USUAL = 0.9  # of the distances between a run's points, that a cell must span
SPARE = 1.5  # a cell is as wide as so many of the widest usual distances between points
SHARED = 0.5  # of the points of two runs where both are, to be compared point by point


class At(IntEnum):
    """What a run has at a place."""

    VALUE = 0
    BEYOND = 1  # nothing: it lies before its first or after its last point
    ODD = 2  # NaN or an infinity, or a cell in which there is one
    UNLOGGED = 3  # nothing, in the midst of its curve


@dataclass(frozen=True, eq=False)
class Placed:
    """One run's curve along x in pieces, in no certain order: points, or buckets of neighbours.

    first, last: (n,) where each piece begins and ends, the same for a point; mean: of its finite
    values, NaN where it has none; weight: how many these are; odd: whether it has others
    """

    first: Floats
    last: Floats
    mean: Floats
    weight: Floats
    odd: NDArray[np.bool_]

    @classmethod
    def points(cls, x: Floats, values: Floats) -> Placed:
        finite = np.isfinite(values)
        return cls(x, x, np.where(finite, values, np.nan), finite.astype(float), ~finite)

    def __len__(self) -> int:
        return len(self.first)

    @property
    def is_points(self) -> bool:
        return bool((self.first == self.last).all())

    @property
    def ends(self) -> tuple[float, float]:
        """Where it begins and ends; of an empty one nothing lies between."""
        if not len(self):
            return np.inf, -np.inf
        return float(self.first.min()), float(self.last.max())

    @property
    def spacing(self) -> float:
        """The distance between its pieces that few exceed: those of a pause, or of a gap."""
        distances = np.diff(np.unique(self.first))
        return float(np.quantile(distances, USUAL)) if len(distances) else 0.0


@dataclass(frozen=True, eq=False)
class Table:
    """x: (k,) places in order. values: (runs, k), NaN where there is none, and `states` says why.

    width: of a cell; 0 where each place is one at which the runs logged
    """

    x: Floats
    values: Floats
    states: Ints
    width: float

    def rows(self, places: Sequence[int]) -> Table:
        """Of some of the runs."""
        chosen = list(places)
        return Table(self.x, self.values[chosen], self.states[chosen], self.width)


def table(curves: Sequence[Placed], cells: int = CELLS) -> Table:
    """A row for each curve, also for one without any point. ValueError where cells < 1."""
    if cells < 1:
        raise ValueError(f"cells must be at least 1, got {cells}")
    if not any(map(len, curves)):
        return Table(np.empty(0), np.empty((len(curves), 0)), np.empty((len(curves), 0), int), 0)
    if all(curve.is_points for curve in curves):
        x = np.unique(np.concatenate([curve.first for curve in curves]))
        if len(x) <= MOST_PLACES:
            found = _at_points(curves, x)
            if _share_places(found):
                return found
    return _in_cells(curves, _edges(curves, cells))


def _at_points(curves: Sequence[Placed], x: Floats) -> Table:
    values = np.full((len(curves), len(x)), np.nan)
    states = _without_points(curves, x, x)
    for row, curve in enumerate(curves):
        at = np.searchsorted(x, curve.first)  # of two points at one place the later one counts
        values[row, at] = curve.mean
        states[row, at] = np.where(curve.odd, At.ODD, At.VALUE)
    values[states != At.VALUE] = np.nan
    return Table(x, values, states, 0.0)


def _share_places(found: Table) -> bool:
    """Whether any two runs, where both go, log often enough at the same places."""
    logged = np.isin(found.states, (At.VALUE, At.ODD)).astype(np.float32)
    within = (found.states != At.BEYOND).astype(np.float32)
    both = logged @ logged.T
    one = logged @ within.T  # points of the row's run where the column's run goes, too
    return bool((both >= SHARED * np.minimum(one, one.T)).all())


def _edges(curves: Sequence[Placed], cells: int) -> Floats:
    ends = [curve.ends for curve in curves if len(curve)]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    widest = max(curve.spacing for curve in curves)
    if high <= low:
        return np.array([low, np.nextafter(low, np.inf)])
    room = (high - low) / (SPARE * widest) if widest else cells
    return np.linspace(low, high, int(np.clip(room, 1, cells)) + 1)


def _in_cells(curves: Sequence[Placed], edges: Floats) -> Table:
    low, high = edges[:-1], edges[1:]
    states = _without_points(curves, low, high)
    values = np.full(states.shape, np.nan)
    for row, curve in enumerate(curves):
        total, weight, odd = _gathered(curve, edges)
        some = (weight > 0) & (states[row] != At.BEYOND)
        values[row, some] = total[some] / weight[some]
        states[row, some] = At.VALUE
        states[row, odd & (states[row] != At.BEYOND)] = At.ODD
    values[states != At.VALUE] = np.nan
    return Table((low + high) / 2, values, states, float(high[0] - low[0]))


def _without_points(curves: Sequence[Placed], low: Floats, high: Floats) -> Ints:
    """As if no place held a point: BEYOND or UNLOGGED.

    A cell of which a run has less than half, since the run ends or begins in it, is beyond it.
    """
    middle = (low + high) / 2
    states = np.full((len(curves), len(low)), int(At.UNLOGGED))
    for row, curve in enumerate(curves):
        first, last = curve.ends
        cells = (first >= high) | (last < low)
        if last - first > (high - low).max():
            cells = (first > middle) | (last < middle)
        states[row, cells if high[0] > low[0] else (first > high) | (last < low)] = At.BEYOND
    return states


def _gathered(curve: Placed, edges: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """By cell: the sum of the finite values, how many they are, and whether there are others.

    A piece that lies in several cells gives each the share of it that lies there.
    """
    cells = len(edges) - 1
    begin, end = _cell(curve.first, edges), _cell(curve.last, edges)
    many = end - begin + 1
    owner = np.repeat(np.arange(len(curve)), many)
    cell = begin[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(many) - many, many)
    length = (curve.last - curve.first)[owner]
    inside = np.minimum(curve.last[owner], edges[cell + 1])
    inside = inside - np.maximum(curve.first[owner], edges[cell])
    share = np.where(many[owner] > 1, inside / np.where(length > 0, length, 1), 1.0)
    weight = share * curve.weight[owner]
    total = np.where(weight > 0, curve.mean[owner], 0.0) * weight
    odd = np.bincount(cell, curve.odd[owner] & (share > 0), cells) > 0
    return _sum(cell, total, cells), _sum(cell, weight, cells), odd


def _sum(cell: Ints, values: Floats, cells: int) -> Floats:
    return np.bincount(cell, values, cells).astype(np.float64)


def _cell(x: Floats, edges: Floats) -> Ints:
    found: Ints = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2)
    return found
