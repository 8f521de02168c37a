"""The change ledger of a study: everything that differs between two arms, and whether it was meant.

Runs of one arm may differ among themselves, in seed or host. What matters is whether the arms do:
where the same values occur in both, chance has mixed them and no arm is favoured.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dashboard.comparison.ledger import MISSING, Entry, entries

SHOWN = 6  # different values of one arm that a row lists
CONFIG = "config."


class Standing(StrEnum):
    INTENDED = "intended"  # the change that is studied, or what follows from it
    BY_DESIGN = "by_design"  # seeds of runs that are not paired
    MIXED = "mixed"  # differs between runs, but both arms have the same values
    EXPLAINED = "explained"  # a person said why it cannot matter
    CONFOUNDER = "confounder"
    UNKNOWN = "unknown"  # an arm does not tell


@dataclass(frozen=True)
class Difference:
    """One row. before, after: the different values of each arm, the most frequent first."""

    name: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]
    standing: Standing
    reason: str = ""  # of an explained one


@dataclass(frozen=True)
class Meant:
    """What may differ. patch: fields of the configuration; prefixes: entries that follow from it.

    reasons: by the names of entries that a person has explained.
    """

    patch: Collection[str] = ()
    prefixes: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


def differences(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], meant: Meant
) -> list[Difference]:
    """What differs between the runs of two arms; each run as `origin` tells it."""
    rows = entries([*before, *after])
    found = [_difference(row, len(before), meant) for row in rows]
    return [one for one in found if one is not None]


def confounders(found: Sequence[Difference]) -> list[str]:
    return [one.name for one in found if one.standing == Standing.CONFOUNDER]


def _difference(row: Entry, split: int, meant: Meant) -> Difference | None:
    before, after = _values(row.values[:split]), _values(row.values[split:])
    if set(before) == set(after) and len(before) <= 1:
        return None
    standing = _standing(row.name, before, after, meant)
    reason = meant.reasons.get(row.name, "") if standing == Standing.EXPLAINED else ""
    return Difference(row.name, _shown(before), _shown(after), standing, reason)


def _values(cells: Sequence[Any]) -> dict[str, int]:
    """How often each value occurs, as JSON; runs that do not tell are left out."""
    counts: dict[str, int] = {}
    for cell in cells:
        if cell is not MISSING:
            key = json.dumps(_plain(cell), sort_keys=True, default=str)
            counts[key] = counts.get(key, 0) + 1
    return counts


def _plain(value: Any) -> Any:
    """1.0 is 1, but true is neither."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _standing(
    name: str, before: Mapping[str, int], after: Mapping[str, int], meant: Meant
) -> Standing:
    if name.startswith(CONFIG) and name.split(".")[1] in meant.patch:
        return Standing.INTENDED
    if meant.prefixes and name.startswith(meant.prefixes):
        return Standing.INTENDED
    if name == "seed":
        return Standing.MIXED if set(before) == set(after) else Standing.BY_DESIGN
    if set(before) == set(after):
        return Standing.MIXED
    if name in meant.reasons:
        return Standing.EXPLAINED
    return Standing.CONFOUNDER if before and after else Standing.UNKNOWN


def _shown(values: Mapping[str, int]) -> tuple[Any, ...]:
    often = sorted(values, key=lambda key: -values[key])
    return tuple(json.loads(key) for key in often[:SHOWN])
