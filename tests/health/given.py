"""What the tests judge: contexts from formulas, and recorded runs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dashboard.health.examination import bounds
from dashboard.health.judging import judge
from dashboard.health.rule import Context, Rule
from dashboard.health.verdict import Verdict
from dashboard.health.wording import worded
from dashboard.metrics.series import Series

RECORDED = Path(__file__).parent / "recorded"

CONFIG: dict[str, Any] = {
    "precision": "fp32",
    "learning_rate": 1e-4,
    "logit_scale_source": "checkpoint",
    "filter_boxes": True,
    "bank_warmup": 6,
    "bank_warmup_unit": "steps",
    "warmup_steps": 0,
    "steps": 100,
}


def context(
    curves: Mapping[str, ArrayLike],
    facts: dict[str, Any] | None = None,
    config: dict[str, Any] | None = None,
    **more: Any,
) -> Context:
    """Curves that were logged at steps 1, 2, 3 …"""
    series = {name: points(values) for name, values in curves.items()}
    return Context(series, facts or {}, {**CONFIG, **(config or {})}, **more)


def points(values: ArrayLike) -> Series:
    array = np.asarray(values, dtype=float)
    return Series.of(np.arange(1, len(array) + 1), array)


def verdict_of(rule: Rule, given: Context) -> Verdict:
    """The rule's verdict in words. A rule that raised is a failure of the test."""
    [verdict] = judge(given, [rule])
    assert verdict["state"] != "broken", verdict["says"]
    return worded(verdict)


def noisy(values: ArrayLike, sd: float = 0.1, ar: float = 0.0, seed: int = 0) -> Any:
    """The values times AR(1) noise of the stated relative standard deviation."""
    array = np.asarray(values, dtype=float)
    rng = np.random.default_rng(seed)
    noise = np.empty(len(array))
    last = rng.normal()
    for index, fresh in enumerate(rng.normal(size=len(array))):
        last = ar * last + np.sqrt(1 - ar**2) * fresh
        noise[index] = last
    return array * np.exp(sd * noise - sd**2 / 2)


def recorded(name: str) -> Context:
    """A run that really took place, from tests/health/recorded/<trainer>-<preset>.jsonl.gz."""
    with gzip.open(RECORDED / f"{name}.jsonl.gz", "rt") as lines:
        return replace(from_events(lines), bounds=bounds(name.partition("-")[0]))


def from_events(lines: Iterable[str]) -> Context:
    """The context of a run's events.jsonl; a first line of kind "config" holds what it was told."""
    facts: dict[str, Any] = {}
    config: dict[str, Any] = {}
    columns: dict[str, tuple[list[int], list[float]]] = {}
    for event in map(json.loads, lines):
        if event["kind"] == "config":
            config = event["config"]
        elif event["kind"] == "facts":
            facts |= event["values"]
        elif event["kind"] == "scalars":
            for name, value in event["values"].items():
                steps, values = columns.setdefault(name, ([], []))
                steps.append(event["step"])
                values.append(float(value))
    curves = {name: Series.of(steps, values) for name, (steps, values) in columns.items()}
    return Context(curves, facts, config, over=True)
