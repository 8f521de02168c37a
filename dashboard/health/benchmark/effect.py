"""Whether a fault did harm: the run beside its healthy twin, of the same seed and data order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.health.benchmark.plan import twin_key
from dashboard.health.benchmark.records import Record
from trainers.config import Trainer
from trainers.faults.catalogue import FAULTS
from trainers.faults.fault import Fault

SPREADS = 2.0  # seed-to-seed standard deviations that a score must be worse by
SLOWER = 1.15  # times the twin's median step
WARM = 10  # steps that no time is taken from


@dataclass(frozen=True)
class Twins:
    """The plain healthy runs of one trainer, and how much their scores differ by seed alone."""

    records: Mapping[str, Record]
    trainer: Trainer

    @property
    def spread(self) -> float:
        return float(np.std([self.score(record) for record in self.records.values()], ddof=1))

    def of(self, record: Record) -> Record:
        return self.records[twin_key(record.order.trainer, record.order.seed)]

    def score(self, record: Record) -> float:
        """The held-out score at the end, higher is better; NaN where there is none."""
        curve = record.curves.get(self.trainer.primary)
        if curve is None or not len(curve):
            return math.nan
        sign = -1.0 if self.trainer.primary_metric.direction == "lower" else 1.0
        return sign * float(curve.values[-1])

    def is_harmed(self, record: Record) -> bool:
        """The fault that the record has did what such a fault does; see Fault.harm."""
        fault = FAULTS[record.order.fault]
        if fault.harm == "declared":
            return True
        if fault.harm == "time":
            return _step_time(record, fault) > SLOWER * _step_time(self.of(record), fault)
        return self.is_worse(record)

    def is_worse(self, record: Record) -> bool:
        lost = self.score(self.of(record)) - self.score(record)
        return bool(record.error) or not lost <= SPREADS * self.spread or _is_broken(record)

    def is_mended(self, record: Record) -> bool:
        return not self.is_harmed(record)


def twins(records: Iterable[Record], trainer: Trainer) -> Twins:
    own = {r.order.key: r for r in records if r.order.key.startswith(f"twin-{trainer.name}-")}
    return Twins(own, trainer)


def _step_time(record: Record, fault: Fault) -> float:
    curve = record.curves["time/step"]
    return float(np.median(curve.between(max(WARM, fault.onset), math.inf).values))


def _is_broken(record: Record) -> bool:
    loss = record.curves.get("train/loss")
    return loss is None or not len(loss) or not math.isfinite(loss.values[-1])
