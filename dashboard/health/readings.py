"""What several rules want to know of a run: plan, precision, since when its loss is comparable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboard.health.rule import Context
from dashboard.metrics.series import Series

STEADY = 1.5  # candidate counts within this factor have chance levels that can be compared
RECENT = 20  # values whose median is the present candidate count


def warmup_steps(context: Context) -> int:
    return int(context.fact("train/warmup_steps", context.setting("warmup_steps", 0)))


def full_rate_from(context: Context) -> int:
    """The step from which the learning rate is what it was set to.

    0 where the warm-up is longer than the run: it never will be, and nothing is worth waiting for.
    """
    warmup, planned = warmup_steps(context), planned_steps(context)
    return 0 if 0 < planned <= warmup else warmup


def planned_steps(context: Context) -> int:
    """0 where the run did not say how long it will be."""
    return int(context.fact("train/steps", context.setting("steps", 0)))


def accumulation(context: Context) -> int:
    """Forward passes in one optimizer step."""
    return max(1, int(context.fact("train/accumulation", context.setting("accumulation", 1))))


def precision(context: Context) -> str:
    return str(context.facts.get("train/precision") or context.config.get("precision") or "")


def on_cpu(context: Context) -> bool:
    """True also where the device was not stated: what holds for a CPU alarms less."""
    return str(context.facts.get("device", "cpu")) == "cpu"


def rate_times(context: Context, factor: float) -> dict[str, Any]:
    """The patch of a learning rate multiplied by `factor`; empty where none is configured."""
    rate = context.setting("learning_rate", 0.0) * factor
    return context.patch(learning_rate=float(f"{rate:.3g}")) if 0 < rate <= 1 else {}


@dataclass(frozen=True)
class Comparable:
    """Until when a contrastive loss had another number of candidates, since when the present one.

    Both are 0 where the number never changed.
    """

    before: int
    since: int


def comparable(context: Context) -> Comparable:
    """A bank that fills raises chance, ln N, within a few steps; for as long again the model
    answers the new question badly although nothing is wrong, so that time is left out too.
    """
    fill = context.curve("bank/fill").finite
    changes = fill.steps[1:][np.diff(fill.values) != 0]
    if not len(changes):
        return _by_candidates(context.curve("region/candidates").finite)
    end = int(changes[-1])
    empty = fill.steps[(fill.values <= 0) & (fill.steps < end)]
    begin = int(empty[-1] if len(empty) else fill.steps[0])
    return Comparable(begin, end + max(1, end - begin))


def _by_candidates(candidates: Series) -> Comparable:
    if not len(candidates):
        return Comparable(0, 0)
    other = candidates.steps[~_near(candidates, candidates.last(RECENT))]
    if not len(other):
        return Comparable(0, 0)
    end = int(other[-1])
    first = Series.of(candidates.steps[:RECENT], candidates.values[:RECENT])
    early = candidates.steps[_near(candidates, first) & (candidates.steps <= end)]
    return Comparable(int(early[-1]) if len(early) else 0, end + 1)


def _near(candidates: Series, some: Series) -> NDArray[np.bool_]:
    usual = float(np.median(some.values))
    near: NDArray[np.bool_] = (candidates.values >= usual / STEADY) & (
        candidates.values <= usual * STEADY
    )
    return near
