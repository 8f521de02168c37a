"""Spikes of a loss: steps far above what the values before them lead to expect, and what follows.

In the log domain, against the median of the 64 values before; a floor under the spread keeps a
loss that is quantised or nearly still from alarming at nothing. Simulated at one false alarm in
100,000 healthy steps this finds 54 % of doublings that last one step and 80 % of fourfold rises.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.health.rule import Context, Threshold, gettext_noop
from dashboard.metrics.series import Floats, Ints, Series

_ = gettext_noop

WINDOW = 64  # values before, whose median is expected
SPREADS = Threshold(
    "spreads",
    4.5,
    low=1,
    high=100,
    says=_("Spreads above the median from which a value is a spike"),
)
ROUNDING = 1e-9  # of a logarithm and back
LEAST_SPREAD = 0.02  # in the log domain, that is 2 %
NORMAL = 1.4826  # from the median absolute deviation to a standard deviation
TAIL = 1.645  # the 95 % point of the normal distribution
JUMP = Threshold(
    "jump", 0.25, low=0, high=100, says=_("Share of the level before, by which a spike is above it")
)
AFTER = 8  # values after a spike that show whether the loss came back
LONG = 32  # values after it, that show whether it stays up
GRADIENTS = 4.0  # median absolute deviations above the median: the second signal


@dataclass(frozen=True)
class Spike:
    step: int
    value: float
    expected: float
    lingers: bool


def find(context: Context, loss: Series, norm: Series, least: float) -> list[Spike]:
    """loss: positive values of one definition; norm: gradient norms, or empty; least: the smallest
    jump that matters, in the loss's unit.
    """
    known = loss.where(loss.values > 0)
    if len(known) <= WINDOW:
        return []
    logs = np.log(known.values)
    before = np.lib.stride_tricks.sliding_window_view(logs[:-1], WINDOW)
    values, jump = known.values[WINDOW:], context[JUMP]
    some = _above_half(before, logs[WINDOW:] - np.log1p(jump))
    expected = np.median(before[some], axis=1)
    level = np.exp(expected)
    high = (values[some] > (1 + jump) * level) & (values[some] - level > least)
    spreads = context[SPREADS]
    found = [
        Spike(int(known.steps[at + WINDOW]), float(values[at]), usual,
              _lingers(context, values, at, usual))
        for at, median, usual in zip(
            some[high].tolist(), expected[high].tolist(), level[high].tolist(), strict=True
        )
        if logs[at + WINDOW] - median > spreads * _spread(before[at], median)
    ]  # fmt: skip
    return [spike for spike in _first_ones(found) if _felt(norm, spike.step)]


def _above_half(before: Floats, values: Floats) -> Ints:
    """The places of values that may lie above the median before them: the others need no median."""
    lower = np.count_nonzero(before < values[:, None] + ROUNDING, axis=1)
    return np.flatnonzero(lower >= WINDOW // 2)


def _spread(before: Floats, median: float) -> float:
    mad = float(np.median(np.abs(before - median)))
    tail = (float(np.quantile(before, 0.95)) - median) / TAIL
    return max(NORMAL * mad, tail, LEAST_SPREAD)


def _lingers(context: Context, values: Floats, at: int, level: float) -> bool:
    """The loss has not come back, and there is enough after the spike to say so."""
    after = values[at + AFTER : at + LONG]
    stays_up = (1 + context[JUMP]) * level
    return len(after) >= LONG - AFTER and float(np.median(after)) > stays_up


def _first_ones(found: list[Spike]) -> list[Spike]:
    """One spike for each run of them: what follows within a few steps belongs to it."""
    kept: list[Spike] = []
    last = -WINDOW
    for spike in found:
        if spike.step - last > AFTER:
            kept.append(spike)
        last = spike.step
    return kept


def _felt(norm: Series, step: int) -> bool:
    """The gradient norm rose with it; true where it was not logged."""
    here = norm.where(norm.steps == step)
    before = norm.where(norm.steps < step).last(WINDOW).values
    if not len(here) or len(before) < AFTER:
        return True
    median = float(np.median(before))
    return bool(here.values[-1] > median + GRADIENTS * float(np.median(np.abs(before - median))))
