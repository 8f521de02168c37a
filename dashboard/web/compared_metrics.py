"""Metrics of runs side by side: last, least, greatest, mean of the newest; the best marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.health.definitions import covers, redefined
from dashboard.health.differing import named
from dashboard.metrics import store
from dashboard.metrics.series import Series
from dashboard.runs.models import Run
from trainers.catalog import TRAINERS

COLUMNS = ("last", "min", "max", "mean")
MOST_CELLS = 1000  # of a run and a metric, on one page
FEWEST = 10  # metrics on one page


@dataclass(frozen=True)
class Numbers:
    """One metric of one run. None where there is none: min and max are of finite values alone.

    mean: of the newest points; NaN where one of them is
    """

    last: float
    min: float | None
    max: float | None
    mean: float
    of: int  # points that the mean is of


@dataclass(frozen=True)
class Row:
    """cells: one a run, None where it has no such metric; best: by column, the runs' places.

    redefined: what makes it another metric in some of the runs; "" where its numbers compare.
    """

    name: str
    direction: str
    cells: Sequence[Numbers | None]
    best: Mapping[str, frozenset[int]]
    redefined: str = ""

    @property
    def shared(self) -> bool:
        return sum(cell is not None for cell in self.cells) > 1

    def shown(self, order: Sequence[int]) -> list[dict[str, Any]]:
        """The cells in this order of the runs, each with the columns in which it is the best."""
        return [
            {"numbers": self.cells[place], "best": [c for c in COLUMNS if place in self.best[c]]}
            for place in order
        ]


@dataclass(frozen=True)
class Part:
    """The metrics that are shown of those that fit. at: the first one's place."""

    names: Sequence[str]
    at: int
    fitting: int
    each: int

    @property
    def last(self) -> int:
        return self.at + len(self.names)

    @property
    def previous(self) -> int | None:
        return max(0, self.at - self.each) if self.at else None

    @property
    def next(self) -> int | None:
        return self.last if self.last < self.fitting else None


class Metrics:
    """The metrics of runs; their ends are read once, for however many questions."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._ids = [run.pk for run in runs]
        self._summaries = store.summaries(self._ids)
        self.names = sorted({name for one in self._summaries.values() for name in one})

    def is_shared(self, name: str) -> bool:
        return sum(name in one for one in self._summaries.values()) > 1

    def part(self, find: str, at: int, *, shared: bool) -> Part:
        """Those whose name holds `find`, from place `at` on: fewer at once the more runs."""
        fits = [n for n in self.names if find.lower() in n.lower()]
        fitting = [n for n in fits if not shared or self.is_shared(n)]
        each = max(FEWEST, MOST_CELLS // max(1, len(self._ids)))
        at = min(at, max(0, len(fitting) - 1)) // each * each
        return Part(fitting[at : at + each], at, len(fitting), each)

    def rows(self, names: Sequence[str], newest: int) -> list[Row]:
        """One a metric, as they are named. newest: how many points the mean is of."""
        ends = store.newest(self._ids, newest, names)
        directions, changed = _directions(self._runs), _redefined(self._runs)
        return [
            _row(
                name,
                directions.get(name, "none"),
                [_numbers(self._summaries, ends, run_id, name) for run_id in self._ids],
                [told for one, told in changed if covers([one], name)],
            )
            for name in names
        ]


def order(found: Sequence[Row], by: str, column: str, runs: int) -> list[int]:
    """The runs' places from the best to the worst in that column of the metric `by`.

    Without a direction the least comes first; what is no finite number comes last; as they are
    where there is no such metric.
    """
    row = next((row for row in found if row.name == by), None)
    if row is None:
        return list(range(runs))
    sign = -1.0 if row.direction == "higher" else 1.0
    values = [getattr(cell, column) if cell else None for cell in row.cells]
    sizes = [
        math.inf if value is None or not _is_finite(value) else sign * value for value in values
    ]
    return sorted(range(runs), key=lambda place: sizes[place])


def best(values: Sequence[float | None], direction: str) -> frozenset[int]:
    """The places of the best value, all of them where several tie.

    None where there is no better or worse, or all are alike.
    """
    finite = {value for value in values if _is_finite(value)}
    if direction == "none" or len(finite) < 2:
        return frozenset()
    chosen = min(finite) if direction == "lower" else max(finite)  # type: ignore[type-var]
    return frozenset(place for place, value in enumerate(values) if value == chosen)


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _row(name: str, direction: str, cells: Sequence[Numbers | None], changed: Sequence[str]) -> Row:
    """Of numbers that measure different things none is the best."""
    way = "none" if changed else direction
    marked = {
        column: best([getattr(cell, column) if cell else None for cell in cells], way)
        for column in COLUMNS
    }
    return Row(name, direction, cells, marked, named(dict.fromkeys(changed)))


def _redefined(runs: Sequence[Run]) -> list[tuple[str, str]]:
    """Metric, or kind of metric, and a change against the first run that makes it another one."""
    first, *others = ((run.config, run.facts) for run in runs)
    return [
        (metric, str(change))
        for run, other in zip(runs[1:], others, strict=True)
        if run.trainer == runs[0].trainer
        for metric, changes in redefined(run.trainer, first, other).items()
        for change in changes
    ]


def _numbers(
    summaries: Mapping[str, Mapping[str, store.Summary]],
    ends: Mapping[str, Mapping[str, Series]],
    run_id: str,
    name: str,
) -> Numbers | None:
    summary, end = summaries[run_id].get(name), ends[run_id].get(name)
    if summary is None or end is None:
        return None
    mean = float(end.values.mean()) if math.isfinite(float(end.values.sum())) else math.nan
    return Numbers(summary.last, summary.min, summary.max, mean, len(end))


def _directions(runs: Sequence[Run]) -> dict[str, str]:
    trainers = [TRAINERS[name] for name in {run.trainer for run in runs} if name in TRAINERS]
    return {metric.name: metric.direction for trainer in trainers for metric in trainer.metrics}
