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

from dashboard.health.judging import judge
from dashboard.health.measured import SIMULATED
from dashboard.health.rule import Context
from dashboard.health.rules import RULES
from dashboard.metrics.series import Floats, Series

RUNS = 100  # of each kind of noise
STEPS = 400
EVERY = 20  # steps from one look to the next
NOISES = (0.02, 0.1, 0.25, 0.5)
LIKENESS = (0.0, 0.5, 0.8)
SPIKES, SPIKE = 0.005, 3.0  # share of the steps, and how high: a bad batch is no illness
SIZE, REGIONS, PER_STEP = 128, 5, 40
LARGE = 64  # regions of a batch where there is no bank
IMAGES, BATCH = 240, 8  # of box refinement: the cache hits from the second pass on
EVALUATED = 25  # steps from one evaluation to the next
RECORDS, RIGHT = 26.0, 1.7  # candidates of an SDM row, and right ones among them

Curves = dict[str, Floats]


def healthy(noise: float, likeness: float, rng: np.random.Generator) -> Context:
    """A run that learns, with all that the trainers log: a loss that falls to a floor, half of the
    time with a bank that fills.
    """
    steps = np.arange(1, STEPS + 1)
    warmup = int(rng.integers(5, 50))
    pace, floor = rng.uniform(15, 120), rng.uniform(0.05, 0.3)
    level = floor + (1 - floor) * np.exp(-np.clip(steps - warmup / 2, 0, None) / pace)
    due = int(rng.integers(5, 60)) if rng.random() < 0.5 else STEPS
    fill = np.clip((steps - due) * PER_STEP, 0, SIZE)
    batch = REGIONS if due < STEPS else LARGE
    ratio = level * relative_noise(noise, likeness, rng)
    ratio *= np.where(rng.random(STEPS) < SPIKES, SPIKE, 1.0)
    rate = 1e-4 * np.minimum(1, steps / warmup)
    curves = {
        **losses(level, ratio, batch + fill, rng),
        **contrast(level, batch + fill, rng),
        "bank/fill": fill,
        **sdm(level * relative_noise(noise, likeness, rng), rng),
        **boxes(level, rng),
        **optimizer(rate, relative_noise(noise, likeness, rng), rng),
        **times(rng),
    }
    series = {name: Series.of(steps, values) for name, values in curves.items()}
    at = steps[EVALUATED - 1 :: EVALUATED]
    held_out = (level[at - 1] + 0.1) * np.exp(0.03 * rng.normal(size=len(at)))
    series |= {name: Series.of(at, held_out) for name in ("eval/loss", "eval/region_loss")}
    return Context(series, facts(warmup, due), {"mask_duplicates": True})


def facts(warmup: int, due: int) -> dict[str, Any]:
    return {
        "train/warmup_steps": warmup,
        "train/steps": STEPS,
        "bank/size": SIZE * (due < STEPS),
        "bank/warmup": due,
        "bank/warmup_unit": "steps",
        "region/logit_scale_expected": 3.97,
        "sdm/lower_bound": 0.0,
        "sdm/objective": "forward_kl",
        "features/norm_target": 1.0,
        "box/unit": "normalised",
        "cache/limit": 2**31,
        "device": "cuda:0",
        "device/visible_gpus": 1,
    }


def losses(level: Floats, ratio: Floats, candidates: Floats, rng: np.random.Generator) -> Curves:
    chance = np.log(candidates)
    beside = rng.uniform(0, 1) * level * np.exp(0.1 * rng.normal(size=STEPS))
    return {
        "train/loss": ratio * chance + beside,
        "train/loss/region": ratio * chance,
        "train/loss/global": beside,
        "train/loss/norm": np.zeros(STEPS),  # a penalty within its band
        "region/loss_over_chance": ratio,
        "region/candidates": candidates,
    }


def contrast(level: Floats, candidates: Floats, rng: np.random.Generator) -> Curves:
    rank = 39 * rng.uniform(0.5, 0.8) * np.exp(0.05 * rng.normal(size=STEPS))
    right = np.clip((1 - level) + 0.1 * rng.normal(size=STEPS), 0, 1)
    return {
        "region/logit_scale": 3.97 + 1e-5 * np.cumsum(rng.normal(size=STEPS)),
        "region/logit_scale_grad": rng.normal(size=STEPS),
        "region/rows": np.full(STEPS, 40.0),
        "region/zero_rows": np.zeros(STEPS),
        "region/boxes": np.full(STEPS, 40.0),
        "region/boxes_invalid": np.zeros(STEPS),
        "region/effective_rank": rank,
        "text/effective_rank": rank,
        "region/effective_rank_limit": np.full(STEPS, 39.0),
        "region/effective_negatives": rng.uniform(0.2, 0.8) * (candidates - 1),
        "region/duplicates": 0.01 * candidates * rng.random(STEPS),
        "region/max_probability": np.clip(right + 0.1, 0, 1),
        "region/accuracy": right,
        "region/negative_cosine_std": np.full(STEPS, 0.25),
    }


def sdm(share: Floats, rng: np.random.Generator) -> Curves:
    rows = np.full(STEPS, RECORDS)
    return {
        "sdm/loss_over_chance": share,
        "sdm/text/loss": share * np.log(RECORDS / RIGHT),
        "sdm/candidates": rows,
        "sdm/positives": np.full(STEPS, RIGHT),
        "sdm/temperature": np.linspace(0.2, 0.18, STEPS),
        "sdm/smallest_row": 0.1 * share,
        "sdm/target_row_sum_min": 1 - 1e-7 * rng.random(STEPS),
        "sdm/target_row_sum_max": 1 + 1e-7 * rng.random(STEPS),
        "sdm/negative_terms": np.zeros(STEPS),
        "sdm/missing_in_loss": np.zeros(STEPS),
        "data/missing/text": rng.binomial(32, 0.3, STEPS).astype(float),
        "sdm/fallbacks": np.zeros(STEPS),
        "sdm/norm_over_sqrt_d": 1 + 0.03 * rng.normal(size=STEPS),
        "sdm/text/effective_rank": 20 * rng.uniform(0.5, 0.7) + rng.normal(size=STEPS),
        "sdm/effective_rank_limit": np.full(STEPS, 20.0),
    }


def boxes(level: Floats, rng: np.random.Generator) -> Curves:
    seen = np.where(np.arange(STEPS) >= IMAGES // BATCH, float(BATCH), 0.0)
    hits = np.where(rng.random(STEPS) < 0.02, seen - 1, seen).clip(0)  # damaged now and then
    return {
        "box/l1_over_size": 0.02 + 0.03 * level * np.exp(0.2 * rng.normal(size=STEPS)),
        "box/iou": np.clip(0.75 - 0.2 * level + 0.05 * rng.normal(size=STEPS), 0, 1),
        "cache/requests": np.full(STEPS, float(BATCH)),
        "cache/hits": hits,
        "cache/seen_before": seen,
        "cache/hits_seen_before": hits,
        "time/features": np.where(hits > 0, 0.0015, 0.1) * np.exp(0.1 * rng.normal(size=STEPS)),
    }


def optimizer(rate: Floats, norm: Floats, rng: np.random.Generator) -> Curves:
    skipped = (rng.random(STEPS) < 1 / 2000) | (np.arange(STEPS) < rng.integers(0, 12))
    return {
        "train/lr": rate,
        "train/grad_norm": norm,
        "train/grad_norm_before_clip": norm,
        "train/clipped": (norm > 1).astype(float),
        "train/update_ratio": 4 * rate * rng.uniform(0.5, 5) * np.exp(0.2 * rng.normal(size=STEPS)),
        "amp/skipped": skipped.astype(float),
        "amp/scale": 65536 / 2.0 ** np.minimum(np.cumsum(skipped), 14),
    }


def times(rng: np.random.Generator) -> Curves:
    """Steps with 2 % of outliers; the first ones compile."""
    step = 0.2 * np.exp(0.05 * rng.normal(size=STEPS))
    step *= np.where(rng.random(STEPS) < 0.02, 4.0, 1.0)
    step[: rng.integers(1, 6)] *= 20
    return {
        "time/step": step,
        "time/data": 0.02 * step * np.exp(0.3 * rng.normal(size=STEPS)),
        "time/forward": 0.4 * step,
        "system/gpu_memory": 2**33 * (1 + 0.001 * rng.random(STEPS)),
    }


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
    """Every (rule, state) that the run showed while it grew; a remark is a state of its own."""
    looks = range(EVERY, STEPS + 1, EVERY)
    verdicts = [verdict for step in looks for verdict in judge(until(context, step), RULES)]
    return {
        (verdict["rule"], "remark" if verdict["held_back"] else verdict["state"])
        for verdict in verdicts
    }


def measure(noise: float, likeness: float, runs: int) -> dict[str, Any]:
    rng = np.random.default_rng([round(noise * 100), round(likeness * 100)])
    seen = [ever(healthy(noise, likeness, rng)) for _run in range(runs)]
    return {
        "noise": noise,
        "ar": likeness,
        "runs": runs,
        "failed": sum(any(state in ("fail", "broken") for _rule, state in run) for run in seen),
        "warned": sum(any(state == "warn" for _rule, state in run) for run in seen),
        "judged": counted(seen, JUDGED),
        "alarms": counted(seen, ALARMS),
        "remarks": counted(seen, ("remark",)),
    }


ALARMS = ("fail", "warn", "broken")
JUDGED = ("pass", "remark", *ALARMS)


def counted(seen: list[set[tuple[str, str]]], states: tuple[str, ...]) -> dict[str, int]:
    """By rule, the runs that ever showed one of the states."""
    runs = [{rule for rule, state in run if state in states} for run in seen]
    return dict(sorted(Counter(rule for rules in runs for rule in rules).items()))


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    kinds = [(noise, likeness) for noise in NOISES for likeness in LIKENESS]
    rows = []
    for noise, likeness in kinds:
        rows.append(measure(noise, likeness, runs))
        told = {name: rows[-1][name] for name in ("noise", "ar", "failed", "warned", "alarms")}
        print(told, rows[-1]["remarks"], flush=True)
    total = sum(row["runs"] for row in rows)
    measured = {"runs": total, "steps": STEPS, "every": EVERY, "rows": rows}
    if len(sys.argv) == 1:
        SIMULATED.write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
