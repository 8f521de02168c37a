"""What several rules want to know of a run: plan, precision, since when its loss is comparable."""

from __future__ import annotations

import numpy as np

from dashboard.health.rule import Context
from dashboard.metrics.series import Series

STEADY = 1.5  # candidate counts within this factor have chance levels that can be compared
RECENT = 20  # values whose median is the present candidate count


def warmup_steps(context: Context) -> int:
    return int(context.fact("train/warmup_steps", context.setting("warmup_steps", 0)))


def planned_steps(context: Context) -> int:
    """0 where the run did not say how long it will be."""
    return int(context.fact("train/steps", context.setting("steps", 0)))


def accumulation(context: Context) -> int:
    """Forward passes in one optimizer step."""
    return max(1, int(context.fact("train/accumulation", context.setting("accumulation", 1))))


def precision(context: Context) -> str:
    return str(context.facts.get("train/precision") or context.config.get("precision") or "")


def comparable_since(context: Context) -> int:
    """The first step whose contrastive loss has the present number of candidates.

    A bank that fills raises chance, ln N, within a few steps; for as long again the model answers
    the new question badly although nothing is wrong, so that time is left out too.
    """
    fill = context.curve("bank/fill").finite
    changes = fill.steps[1:][np.diff(fill.values) != 0]
    if len(changes):
        end = int(changes[-1])
        return end + max(1, end - _fill_start(fill, end))
    return _steady_since(context.curve("region/candidates").finite)


def _fill_start(fill: Series, end: int) -> int:
    empty = fill.steps[(fill.values <= 0) & (fill.steps < end)]
    return int(empty[-1] if len(empty) else fill.steps[0])


def _steady_since(candidates: Series) -> int:
    if not len(candidates):
        return 0
    usual = float(np.median(candidates.last(RECENT).values))
    low, high = usual / STEADY, usual * STEADY
    other = candidates.steps[(candidates.values < low) | (candidates.values > high)]
    return int(other[-1]) + 1 if len(other) else 0
