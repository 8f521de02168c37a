"""Everything that differs between runs, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.health.differing import MISSING, flat, same

__all__ = ["MISSING", "Entry", "differences", "entries"]


@dataclass(frozen=True)
class Entry:
    """One entry of all runs. values: one a run, in their order; the first run is the baseline."""

    name: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        return any(not same(self.values[0], value) for value in self.values[1:])

    @property
    def changed(self) -> tuple[bool, ...]:
        """For each run, whether it is unlike the baseline."""
        return tuple(not same(self.values[0], value) for value in self.values)


def entries(sides: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Every entry of every side; nested mappings as 'a.b'. The first side's order leads."""
    flattened = [flat(side) for side in sides]
    names = dict.fromkeys(name for side in flattened for name in side)
    return [Entry(name, tuple(side.get(name, MISSING) for side in flattened)) for name in names]


def differences(sides: Sequence[Mapping[str, Any]]) -> list[Entry]:
    return [entry for entry in entries(sides) if entry.differs]
