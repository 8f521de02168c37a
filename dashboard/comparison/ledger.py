"""Everything that differs between runs, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


class Missing:
    """Stands where a run does not have the entry at all, which is not the same as None."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


@dataclass(frozen=True)
class Entry:
    """One entry of all runs. values: one a run, in their order; the first run is the baseline."""

    name: str
    values: tuple[Any, ...]

    @property
    def differs(self) -> bool:
        return any(not _same(self.values[0], value) for value in self.values[1:])

    @property
    def changed(self) -> tuple[bool, ...]:
        """For each run, whether it is unlike the baseline."""
        return tuple(not _same(self.values[0], value) for value in self.values)


def entries(sides: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Every entry of every side; nested mappings as 'a.b'. The first side's order leads."""
    flat = [_flat(side) for side in sides]
    names = dict.fromkeys(name for side in flat for name in side)
    return [Entry(name, tuple(side.get(name, MISSING) for side in flat)) for name in names]


def differences(sides: Sequence[Mapping[str, Any]]) -> list[Entry]:
    return [entry for entry in entries(sides) if entry.differs]


def _flat(side: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in side.items():
        if isinstance(value, Mapping) and value:
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def _same(one: Any, other: Any) -> bool:
    """Equal, and of one kind: True is not 1, but 1 is 1.0."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other) or (one != one and other != other)
