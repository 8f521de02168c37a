"""Which part of a fix did it? Arms that take the fix apart, and what each part is worth."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dashboard.comparison.outcome import Side
from dashboard.comparison.statistics.holm import adjusted
from dashboard.comparison.statistics.intervals import Interval, contrast, paired, spread

MOST_FACTORIAL = 4  # parts: 16 arms
MOST_PARTS = 12


@dataclass(frozen=True)
class Part:
    """One of the changes that a fix makes."""

    name: str
    patch: Mapping[str, Any]


@dataclass(frozen=True)
class Planned:
    """An arm: which parts it has, and what they change together."""

    name: str
    patch: dict[str, Any]
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Worth:
    """What a part does. effect: None where an arm has no number.

    interval: None where too few have one, or where none differs
    """

    effect: float | None
    interval: Interval | None
    runs: int  # that it rests on; of pairs, the pairs


@dataclass(frozen=True)
class Effect:
    """What a part is worth; adjusted_p: Holm's, among the parts.

    alone, on_top: added to nothing, and to all the others. Where they differ the parts work
    together, and the average says little. None where the design cannot tell, or tells it already.
    """

    part: str
    worth: Worth
    adjusted_p: float | None
    alone: Worth | None = None
    on_top: Worth | None = None


def parts_of(patch: Mapping[str, Any], joint: Iterable[Collection[str]] = ()) -> list[Part]:
    """Each field of a patch as a part of its own.

    joint: fields that one change makes together, such as a number and its unit; they are one part,
    named by its first field.
    """
    groups = [[name] for name in patch]
    for fields in joint:
        touched = [group for group in groups if set(group) & set(fields)]
        for group in touched[1:]:
            touched[0].extend(group)
            groups.remove(group)
    return [Part(_part_name(group), {name: patch[name] for name in group}) for group in groups]


def _part_name(fields: Sequence[str]) -> str:
    return fields[0] if len(fields) == 1 else f"{fields[0]} …"


def leave_one_out(parts: Sequence[Part]) -> list[Planned]:
    """Nothing, everything, and everything without each part: k + 2 arms."""
    names = [part.name for part in parts]
    chosen = [(), tuple(names), *(tuple(n for n in names if n != left) for left in names)]
    return [_planned(parts, one) for one in dict.fromkeys(chosen)]


def factorial(parts: Sequence[Part]) -> list[Planned]:
    """All 2 ** k combinations. ValueError: more than MOST_FACTORIAL parts."""
    if len(parts) > MOST_FACTORIAL:
        raise ValueError(
            f"{len(parts)} parts make {2 ** len(parts)} arms: leave each part out once instead, or"
            f" join parts until there are at most {MOST_FACTORIAL}"
        )
    names = [part.name for part in parts]
    sizes = range(len(names) + 1)
    chosen = [one for size in sizes for one in itertools.combinations(names, size)]
    return [_planned(parts, one) for one in chosen]


def without_each(
    sides: Mapping[frozenset[str], Side], parts: Sequence[str], *, level: float, pairs: bool
) -> list[Effect]:
    """Of leave-one-out arms: everything, less everything without the part."""
    whole = frozenset(parts)
    weights = {part: {whole: 1.0, whole - {part}: -1.0} for part in parts}
    return _effects(sides, weights, level=level, pairs=pairs)


def main_effects(
    sides: Mapping[frozenset[str], Side], parts: Sequence[str], *, level: float, pairs: bool
) -> list[Effect]:
    """Of all combinations: with the part less without it, over every choice of the others."""
    half, whole = 2 ** (len(parts) - 1), frozenset(parts)
    weights = {
        part: {arm: (1.0 if part in arm else -1.0) / half for arm in sides} for part in parts
    }
    measure = _paired if pairs else _unpaired
    return [
        replace(
            one,
            alone=measure(sides, {frozenset([one.part]): 1.0, frozenset(): -1.0}, level),
            on_top=measure(sides, {whole: 1.0, whole - {one.part}: -1.0}, level),
        )
        for one in _effects(sides, weights, level=level, pairs=pairs)
    ]


def _planned(parts: Sequence[Part], chosen: Sequence[str]) -> Planned:
    patch: dict[str, Any] = {}
    for part in parts:
        if part.name in chosen:
            patch |= dict(part.patch)
    return Planned(_name(parts, chosen), patch, tuple(chosen))


def _name(parts: Sequence[Part], chosen: Sequence[str]) -> str:
    left = [part.name for part in parts if part.name not in chosen]
    if not chosen:
        return "before"
    if not left:
        return "after"
    return f"without {left[0]}" if len(left) == 1 else f"only {' + '.join(chosen)}"


def _effects(
    sides: Mapping[frozenset[str], Side],
    weights: Mapping[str, Mapping[frozenset[str], float]],
    *,
    level: float,
    pairs: bool,
) -> list[Effect]:
    measure = _paired if pairs else _unpaired
    found = {part: measure(sides, chosen, level) for part, chosen in weights.items()}
    known = {part: one.interval.probability for part, one in found.items() if one.interval}
    holm = dict(zip(known, adjusted(list(known.values())), strict=True))
    return [Effect(part, one, holm.get(part)) for part, one in found.items()]


def _paired(
    sides: Mapping[frozenset[str], Side], weights: Mapping[frozenset[str], float], level: float
) -> Worth:
    """By seed: the same sum of the runs of one seed, over the seeds that all arms have."""
    values = {arm: {o.seed: o.value for o in sides[arm].outcomes} for arm in weights}
    seeds = [s for s in next(iter(values.values())) if all(s in one for one in values.values())]
    rows = [[values[arm][seed] for arm in weights] for seed in seeds]
    kept = np.array([row for row in rows if None not in row], dtype=np.float64)
    if not len(kept):
        return Worth(None, None, 0)
    sums = kept @ np.array(list(weights.values()))
    several = len(sums) > 1 and spread(sums) > 0
    return Worth(float(sums.mean()), paired(sums, level) if several else None, len(kept))


def _unpaired(
    sides: Mapping[frozenset[str], Side], weights: Mapping[frozenset[str], float], level: float
) -> Worth:
    values = [sides[arm].values for arm in weights]
    runs = sum(len(one) for one in values)
    fewest = min(len(one) for one in values)
    if not fewest:
        return Worth(None, None, runs)
    if fewest > 1 and any(spread(one) for one in values):
        interval = contrast(values, list(weights.values()), level)
        return Worth(interval.effect, interval, runs)
    means = [sum(one) / len(one) for one in values]
    effect = sum(w * mean for w, mean in zip(weights.values(), means, strict=True))
    return Worth(effect, None, runs)
