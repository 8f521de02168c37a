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


def rows(runs: Sequence[Run], newest: int) -> list[Row]:
    """One a metric, by name. newest: how many points the mean is of."""
    ids = [run.pk for run in runs]
    summaries, ends = store.summaries(ids), store.newest(ids, newest)
    names = sorted({name for of_run in summaries.values() for name in of_run})
    directions, changed = _directions(runs), _redefined(runs)
    return [
        _row(
            name,
            directions.get(name, "none"),
            [_numbers(summaries, ends, run_id, name) for run_id in ids],
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
