"""Targets: what a metric should have reached by which step, as text and as values."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

FORM = re.compile(r"(?P<metric>[^\s<>]+)\s*(?P<way>[<>])=?\s*(?P<value>\S+)\s+at\s+(?P<step>\d+)")
HOW = "write a target as 'train/loss < 1.0 at 50', and several with ';' between"


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


def parse(text: str) -> tuple[Target, ...]:
    """ValueError, which says how to write them, for anything that is no target."""
    parts = [part.strip() for part in re.split(r"[;\n]", text)]
    return tuple(_target(part) for part in parts if part)


def _target(text: str) -> Target:
    match = FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no target: {HOW}")
    try:
        value = float(match["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{match['value']!r} is no number: {HOW}")
    return Target(match["metric"], int(match["step"]), value, match["way"] == ">")
