"""What the benchmark found, counted: the numbers that its page and the rules' pages show."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from dashboard.health.benchmark.effect import Twins
from dashboard.health.benchmark.records import Record
from dashboard.health.benchmark.scoring import EVERY, Outcome
from dashboard.health.rules import RULES
from trainers.faults.catalogue import FAULTS
from trainers.faults.fault import Fault


@dataclass(frozen=True)
class Case:
    """One training with what was said of it. repaired: None where no repair was tried."""

    record: Record
    full: Outcome
    losses: Outcome
    effective: bool = False
    repaired: bool | None = None

    @property
    def fault(self) -> Fault | None:
        return FAULTS.get(self.record.order.fault)

    @property
    def is_healthy(self) -> bool:
        return self.record.order.role == "healthy"

    @property
    def split(self) -> str:
        """A kind of fault that rules were changed for moves to the other split."""
        return self.fault.split if self.fault else self.record.order.split

    @property
    def found_at(self) -> int | None:
        return self.full.since(self.fault.onset if self.fault else 0)

    @property
    def found_by_losses(self) -> bool:
        return self.losses.since(self.fault.onset if self.fault else 0) is not None

    @property
    def delay(self) -> float:
        """Optimizer steps from the onset to the look that alarmed; infinite where none did."""
        onset = self.fault.onset if self.fault else 0
        return math.inf if self.found_at is None else self.found_at - onset

    @property
    def is_named(self) -> bool:
        """The first cause of the verdict that stands first is the fault."""
        first, fault = self.full.first, self.fault
        if first is None or fault is None:
            return False
        cause = first["causes"][0]["text"] if first["causes"] else ""
        return any(first["rule"] == rule and words in cause for rule, words in fault.named)


def cases(
    records: Mapping[str, Record],
    outcomes: Mapping[str, tuple[Outcome, Outcome]],
    twins: Mapping[str, Twins],
) -> list[Case]:
    """Of the healthy and the faulty trainings; repairs count in what they repaired."""
    found = []
    for key, record in records.items():
        if record.order.role == "repair":
            continue
        own = twins[record.order.trainer]
        effective = bool(record.order.fault) and own.is_harmed(record)
        repair = records.get(f"repair-{key}")
        repaired = own.is_mended(repair) if repair and effective else None
        found.append(Case(record, *outcomes[key], effective, repaired))
    return found


def summary(found: Sequence[Case], twins: Mapping[str, Twins]) -> dict[str, Any]:
    splits = {split: _split([c for c in found if c.split == split]) for split in ("test", "dev")}
    healthy = [case for case in found if case.is_healthy]
    return {
        "runs": len(found),
        "splits": splits,
        "rules": _rules(healthy),
        "faults": [_fault([c for c in found if c.fault is fault]) for fault in FAULTS.values()],
        "spread": {name: round(own.spread, 5) for name, own in twins.items()},
        "overhead": _overhead(found),
    }


def _split(found: Sequence[Case]) -> dict[str, Any]:
    healthy = [case for case in found if case.is_healthy]
    effective = [case for case in found if case.effective]
    harmless = [case for case in found if case.fault and not case.effective]
    mendable = [c for c in effective if c.fault and c.fault.by_configuration]
    return {
        "healthy": len(healthy),
        "failed": sum(case.full.worst in ("fail", "broken") for case in healthy),
        "alarmed": sum(bool(case.full.alarms) for case in healthy),
        "alarmed_by_losses": sum(bool(case.losses.alarms) for case in healthy),
        "effective": len(effective),
        "found": sum(case.found_at is not None for case in effective),
        "found_by_losses": sum(case.found_by_losses for case in effective),
        "named": sum(case.is_named for case in effective),
        "median_delay": _finite(median([c.delay for c in effective]) if effective else math.inf),
        "mendable": len(mendable),
        "repaired": sum(case.repaired is True for case in mendable),
        "harmless": len(harmless),
        "harmless_alarmed": sum(case.found_at is not None for case in harmless),
    }


def _fault(found: Sequence[Case]) -> dict[str, Any]:
    fault = found[0].fault if found else None
    if fault is None:
        return {}
    effective = [case for case in found if case.effective]
    tried = [case for case in effective if case.repaired is not None]
    return {
        "name": fault.name,
        "says": fault.says,
        "trainer": fault.trainer,
        "split": fault.split,
        "runs": len(found),
        "effective": len(effective),
        "found": sum(case.found_at is not None for case in effective),
        "harmless_found": sum(c.found_at is not None for c in found if not c.effective),
        "median_delay": _finite(median([c.delay for c in effective]) if effective else math.inf),
        "named": sum(case.is_named for case in effective),
        "tried": len(tried),
        "repaired": sum(case.repaired is True for case in tried),
        "by": _by(found),
    }


def _by(found: Sequence[Case]) -> str:
    """The rule that stands first in most of the runs; "" where none does."""
    first = [case.full.first["rule"] for case in found if case.full.first]
    return max(first, key=first.count, default="")


def _rules(healthy: Sequence[Case]) -> dict[str, dict[str, int]]:
    """By rule: the healthy runs that it could judge, and on how many of these it alarmed."""
    found = {}
    for rule in RULES:
        judged = [case for case in healthy if rule.name in case.full.judged]
        states = [c.full.alarms[rule.name].state for c in judged if rule.name in c.full.alarms]
        found[rule.name] = {
            "healthy_runs": len(judged),
            "false_alarms": len(states),
            "failed": sum(state != "warn" for state in states),
            "remarks": sum(rule.name in case.full.remarks for case in judged),
        }
    return found


def _overhead(found: Sequence[Case]) -> dict[str, float]:
    """Processor seconds of judging a run once, and those of an optimizer step."""
    looks = [case.full.seconds / case.full.looks for case in found if case.full.looks]
    steps = [float(median(c.record.curves["time/step"].values)) for c in found if c.is_healthy]
    return {
        "look": round(median(looks), 5) if looks else 0.0,
        "step": round(median(steps), 5) if steps else 0.0,
        "every": float(EVERY),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
