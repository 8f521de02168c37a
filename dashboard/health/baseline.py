"""What a run is compared with: its baseline, as a value that a rule may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The run that this one was cloned from. Verdicts are those that were kept of it, by rule."""

    name: str
    trainer: str
    over: bool  # it has ended: its verdicts are the last
    step: int = 0  # the newest step that its verdicts looked at
    config: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, Any] = field(default_factory=dict)  # as Context.origin
    verdicts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reached: float | None = None  # the last value of the primary metric
    together: tuple[frozenset[str], ...] = ()  # settings that make one change when they change


@dataclass(frozen=True)
class Primary:
    """The metric that says whether a fix worked, as the trainer declares it."""

    name: str
    direction: str = "none"  # "lower" or "higher" is better
