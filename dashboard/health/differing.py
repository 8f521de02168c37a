"""What differs between two mappings, entry by entry. Plain values: it knows of no run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class Missing:
    """Stands where a side does not have the entry at all, which is not the same as None."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


@dataclass(frozen=True)
class Change:
    """One entry that is not the same on both sides."""

    name: str
    was: Any
    now: Any

    def __str__(self) -> str:
        return f"{self.name} {_told(self.was)} → {_told(self.now)}"


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """In the order of the first side; nested mappings as 'a.b'."""
    one, other = flat(before), flat(after)
    names = dict.fromkeys([*one, *other])
    found = (Change(name, one.get(name, MISSING), other.get(name, MISSING)) for name in names)
    return tuple(change for change in found if not same(change.was, change.now))


def flat(side: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in side.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def same(one: Any, other: Any) -> bool:
    """Equal, and of one kind: True is not 1, but 1 is 1.0."""
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other) or (one != one and other != other)


def named(names: Iterable[object], most: int = 6) -> str:
    """The first of them, and how many more there are."""
    told = [str(name) for name in names]
    rest = len(told) - most
    return ", ".join(told[:most]) + (f" (+{rest})" if rest > 0 else "")


def _told(value: Any) -> str:
    return "–" if isinstance(value, Missing) else str(value)
