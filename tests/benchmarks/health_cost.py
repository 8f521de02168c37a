"""What judging a run costs: python tests/benchmarks/health_cost.py

Processor time of one judge() with all rules over what the trainers log, 5,000 points a curve, and
the share of one core that it takes at one examination every 5 s.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dashboard.health.judging import judge
from dashboard.health.rule import Context
from dashboard.health.rules import RULES
from tests.benchmarks import health_false_alarms as simulated

POINTS = 5000
EVERY = 5.0  # seconds from one examination of a running run to the next
ROUNDS = 10


def main() -> None:
    simulated.STEPS = POINTS
    context = simulated.healthy(0.1, 0.5, np.random.default_rng(0))
    judge(context)  # imports and caches
    total = spent(context)
    print(f"{len(RULES)} rules, {len(context.curves)} curves of {POINTS} points")
    print(f"{1000 * total:.1f} ms a judgement, {100 * total / EVERY:.2f} % of one core")
    by_rule = sorted(((spent(context, rule), rule.name) for rule in RULES), reverse=True)
    for seconds, name in by_rule[:5]:
        print(f"{1000 * seconds:6.1f} ms  {name}")


def spent(context: Context, *rules) -> float:
    started = time.process_time()
    for _round in range(ROUNDS):
        judge(context, rules or RULES)
    return (time.process_time() - started) / ROUNDS


if __name__ == "__main__":
    main()
