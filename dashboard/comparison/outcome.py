"""What one run of an arm came to: a number, or why there is none."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from dashboard.metrics.series import Floats

LARGEST = 1e150  # beyond, squares overflow: no measurement of a training is as large


class State(StrEnum):
    MEASURED = "measured"
    WAITING = "waiting"  # queued or running
    NOT_A_NUMBER = "not_a_number"  # its newest value is NaN or infinite
    UNLOGGED = "unlogged"  # it ended without a value of the metric
    CRASHED = "crashed"  # failed or lost, also where it had logged something
    STOPPED = "stopped"  # by a person before its end, who may have looked at it
    DELETED = "deleted"


@dataclass(frozen=True)
class Outcome:
    """value: of a MEASURED run alone. step: the last one at which the metric was logged."""

    run: str  # its name
    seed: int
    state: State
    value: float | None = None
    step: int | None = None


def measured(run: str, seed: int, value: float, step: int | None = None) -> Outcome:
    """The outcome of a run that finished with this value, which may be no number."""
    if not math.isfinite(value) or abs(value) > LARGEST:
        return Outcome(run, seed, State.NOT_A_NUMBER, step=step)
    return Outcome(run, seed, State.MEASURED, value, step)


@dataclass(frozen=True)
class Side:
    """An arm and its runs."""

    name: str
    outcomes: Sequence[Outcome]

    def of(self, state: State) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.state == state]

    @property
    def failed(self) -> list[Outcome]:
        """Those that will never have a value."""
        return [o for o in self.outcomes if o.state not in (State.MEASURED, State.WAITING)]

    @property
    def values(self) -> list[float]:
        return [o.value for o in self.outcomes if o.value is not None]


@dataclass(frozen=True, eq=False)
class Sample:
    """The numbers that are compared; of pairs, both in one order.

    single: how many runs were left out because the other one of their pair has no value.
    """

    before: Floats
    after: Floats
    paired: bool
    single: int = field(default=0)

    @property
    def differences(self) -> Floats:
        found: Floats = self.after - self.before
        return found

    @property
    def sizes(self) -> tuple[int, int]:
        return len(self.before), len(self.after)


def sample(before: Side, after: Side, *, paired: bool) -> Sample:
    """Pairs by seed where `paired`; fewer than two pairs, and more runs, are taken unpaired."""
    if paired:
        pairs = _pairs(before, after)
        all_values = len(before.values) + len(after.values)
        if len(pairs) >= 2 or all_values == 2 * len(pairs):
            found = np.array(pairs, dtype=np.float64).reshape(-1, 2)
            return Sample(found[:, 0], found[:, 1], paired=True, single=all_values - found.size)
    return Sample(np.array(before.values), np.array(after.values), paired=False)


def _pairs(before: Side, after: Side) -> list[tuple[float, float]]:
    one, other = _by_seed(before), _by_seed(after)
    return [(one[key], other[key]) for key in one if key in other]


def _by_seed(side: Side) -> dict[tuple[int, int], float]:
    """By seed and place among the runs of that seed."""
    seen: Counter[int] = Counter()
    found = {}
    for outcome in side.outcomes:
        if outcome.value is not None:
            found[outcome.seed, seen[outcome.seed]] = outcome.value
        seen[outcome.seed] += 1
    return found
