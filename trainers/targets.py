"""Targets: what a metric should have reached by which step, as text and as values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

FORM = re.compile(r"(?P<metric>[^\s<>]+)\s*(?P<way>[<>])=?\s*(?P<value>\S+)\s+at\s+(?P<step>\d+)")
HOW = "write a target as 'train/loss < 1.0 at 50', and several with ';' between"


class Unreadable(ValueError):
    """A text that is no target; `number` where its value alone is none."""

    def __init__(self, text: str, *, number: bool = False) -> None:
        self.text, self.number = text, number
        super().__init__(f"{text!r} is no {'number' if number else 'target'}: {HOW}")


@dataclass(frozen=True)
class Target:
    """The metric's level lies beyond `value` from `step` on, in the metric's own unit."""

    metric: str
    step: int
    value: float
    above: bool = False  # else below

    def met(self, level: float) -> bool:
        return level >= self.value if self.above else level <= self.value

    def __str__(self) -> str:
        return f"{self.metric} {'>' if self.above else '<'} {self.value:g}"


def written(target: Target) -> str:
    """As `parse` reads it."""
    way = ">" if target.above else "<"
    return f"{target.metric} {way} {target.value!r} at {target.step}"


def nearest(*sources: Iterable[Target]) -> tuple[Target, ...]:
    """Of each metric the targets of the first source that has any for it."""
    found: list[Target] = []
    for source in sources:
        told = {target.metric for target in found}
        found += [target for target in source if target.metric not in told]
    return tuple(found)


def parse(text: str) -> tuple[Target, ...]:
    """Unreadable, which says how to write them, for anything that is no target."""
    parts = [part.strip() for part in re.split(r"[;\n]", text)]
    return tuple(_target(part) for part in parts if part)


def _target(text: str) -> Target:
    match = FORM.fullmatch(text)
    if match is None:
        raise Unreadable(text)
    try:
        value = float(match["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Unreadable(match["value"], number=True)
    return Target(match["metric"], int(match["step"]), value, match["way"] == ">")
