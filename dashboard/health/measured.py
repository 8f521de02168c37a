"""How often a rule errs, as the files in docs/ say: measured, not promised.

docs/false-alarms.json: simulated healthy runs (tests/benchmarks/health_false_alarms.py).
docs/health-benchmark.json: real trainings with and without faults, where somebody has run it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.health.statistics import clopper_pearson
from dashboard.places import ROOT

SIMULATED = ROOT / "docs" / "false-alarms.json"
TRAINED = ROOT / "docs" / "health-benchmark.json"


@dataclass(frozen=True)
class Rate:
    """Healthy runs on which a rule alarmed, of those that it could judge."""

    alarms: int
    runs: int
    remarks: int = 0
    real: bool = False  # trainings; else simulated curves

    @property
    def interval(self) -> tuple[float, float]:
        """Two-sided, 95 %, Clopper-Pearson."""
        return clopper_pearson(self.alarms, self.runs)

    @property
    def share(self) -> float:
        return self.alarms / self.runs

    @property
    def most(self) -> float:
        return self.interval[1]


def simulated(rule: str) -> Rate | None:
    """None where the simulated runs hold nothing that the rule judges."""
    measured = read(SIMULATED)
    rows = measured["rows"] if measured else []
    runs = sum(row.get("judged", {}).get(rule, 0) for row in rows)
    if not runs:
        return None
    alarms = sum(row["alarms"].get(rule, 0) for row in rows)
    return Rate(alarms, runs, sum(row["remarks"].get(rule, 0) for row in rows))


def trained(rule: str) -> Rate | None:
    """False alarms on real healthy trainings; None where the benchmark does not say.

    Read is {"rules": {NAME: {"healthy_runs": N, "false_alarms": K}}}.
    """
    measured = read(TRAINED)
    rules = measured.get("rules") if measured else None
    row = rules.get(rule) if isinstance(rules, dict) else None
    if not isinstance(row, dict) or not row.get("healthy_runs"):
        return None
    return Rate(int(row["false_alarms"]), int(row["healthy_runs"]), real=True)


def rate(rule: str) -> Rate | None:
    """The best that is known: real trainings before simulated ones."""
    return trained(rule) or simulated(rule)


def read(path: Path) -> Mapping[str, Any] | None:
    """A file of measurements; None where it is not there."""
    return _read(path, path.stat().st_mtime_ns) if path.exists() else None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text())
    return found
