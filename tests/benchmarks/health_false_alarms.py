"""How often the rules alarm on healthy curves: python tests/benchmarks/health_false_alarms.py

By hand, some minutes on one core. Writes docs/false-alarms.json, which `python manage.py rules`
puts into docs/rules.md.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dashboard.health.catalogue import MEASURED
from dashboard.health.judging import judge
from dashboard.health.rule import Context
from dashboard.health.rules import RULES
from dashboard.metrics.series import Floats, Series

RUNS = 100  # of each kind of noise
STEPS = 400
EVERY = 10  # steps from one look to the next
NOISES = (0.02, 0.1, 0.25, 0.5)
LIKENESS = (0.0, 0.5, 0.8)
SPIKES, SPIKE = 0.005, 3.0  # share of the steps, and how high: a bad batch is no illness
SIZE, REGIONS, PER_STEP = 128, 5, 40


def healthy(noise: float, likeness: float, rng: np.random.Generator) -> Context:
    """A run that learns: a loss that falls to a floor, half of the time with a bank that fills."""
    steps = np.arange(1, STEPS + 1)
    warmup = int(rng.integers(5, 50))
    pace, floor = rng.uniform(15, 120), rng.uniform(0.05, 0.3)
    learnt = np.clip(steps - warmup / 2, 0, None)
    level = floor + (1 - floor) * np.exp(-learnt / pace)
    due = int(rng.integers(5, 60)) if rng.random() < 0.5 else STEPS
    fill = np.clip((steps - due) * PER_STEP, 0, SIZE)
    chance = np.log(REGIONS + fill)
    spikes = np.where(rng.random(STEPS) < SPIKES, SPIKE, 1.0)
    ratio = level * spikes * relative_noise(noise, likeness, rng)
    curves = {
        "train/loss": ratio * chance + rng.uniform(0, 1) * level,
        "train/loss/region": ratio * chance,
        "train/grad_norm": relative_noise(noise, likeness, rng),
        "train/lr": 1e-4 * np.minimum(1, steps / warmup),
        "region/loss_over_chance": ratio,
        "region/candidates": REGIONS + fill,
        "region/logit_scale": 3.97 + 1e-5 * np.cumsum(rng.normal(size=STEPS)),
        "region/logit_scale_grad": rng.normal(size=STEPS),
        "region/rows": np.full(STEPS, 40.0),
        "region/zero_rows": np.zeros(STEPS),
        "region/boxes": np.full(STEPS, 40.0),
        "region/boxes_invalid": np.zeros(STEPS),
        "bank/fill": fill,
    }
    facts = {"train/warmup_steps": warmup, "train/steps": STEPS, "bank/size": SIZE * (due < STEPS)}
    facts |= {"bank/warmup": due, "bank/warmup_unit": "steps", "region/logit_scale_expected": 3.97}
    return Context({name: Series.of(steps, values) for name, values in curves.items()}, facts)


def relative_noise(noise: float, likeness: float, rng: np.random.Generator) -> Floats:
    """Log-normal with mean 1; AR(1) from step to step."""
    drawn = rng.normal(size=STEPS)
    for step in range(1, STEPS):
        drawn[step] = likeness * drawn[step - 1] + np.sqrt(1 - likeness**2) * drawn[step]
    return np.exp(noise * drawn - noise**2 / 2)


def until(context: Context, step: int) -> Context:
    """What was known of the run at a step."""
    cut = {name: curve.between(0, step) for name, curve in context.curves.items()}
    return Context(cut, context.facts, context.config)


def ever(context: Context) -> set[tuple[str, str]]:
    """Every (rule, state) that the run showed while it grew."""
    looks = range(EVERY, STEPS + 1, EVERY)
    verdicts = [verdict for step in looks for verdict in judge(until(context, step), RULES)]
    return {(verdict["rule"], verdict["state"]) for verdict in verdicts}


def measure(noise: float, likeness: float, runs: int) -> dict[str, Any]:
    rng = np.random.default_rng([round(noise * 100), round(likeness * 100)])
    seen = [ever(healthy(noise, likeness, rng)) for _run in range(runs)]
    alarms = Counter(f"{rule} {state}" for run in seen for rule, state in run if alarming(state))
    return {
        "noise": noise,
        "ar": likeness,
        "runs": runs,
        "failed": sum(any(state in ("fail", "broken") for _rule, state in run) for run in seen),
        "warned": sum(any(state == "warn" for _rule, state in run) for run in seen),
        "alarms": dict(alarms),
    }


def alarming(state: str) -> bool:
    return state in ("fail", "warn", "broken")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    rows = []
    for noise in NOISES:
        for likeness in LIKENESS:
            rows.append(measure(noise, likeness, runs))
            print(rows[-1], flush=True)
    total = sum(row["runs"] for row in rows)
    measured = {"runs": total, "steps": STEPS, "every": EVERY, "rows": rows}
    if len(sys.argv) == 1:
        MEASURED.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
