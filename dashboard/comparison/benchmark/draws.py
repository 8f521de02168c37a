"""Ends of runs, drawn: what one run comes to, however its curve wiggles."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from dashboard.metrics.series import Floats

RECORDED = Path(__file__).parent / "recorded.json"
SHARED = 0.8  # of a run's variance is its seed's, so the correlation within a pair
TAIL, REMEMBERED, WIGGLE = 20, 0.9, 0.3  # of the curve: values that are averaged, AR(1), its size
QUERIES = 80  # of an evaluation: recall comes in steps of 1/80

Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.normal(size=shape)


def heavy(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Student's t with three degrees of freedom, at standard deviation 1."""
    return rng.standard_t(3, shape) / math.sqrt(3)


def skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """A loss with a long upper tail."""
    return np.exp(rng.normal(0, 0.8, shape))


def failing(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """One run in ten does not learn and ends eight standard deviations away."""
    return rng.normal(size=shape) + 8.0 * (rng.random(shape) < 0.1)


KINDS: Mapping[str, Draw] = {
    "normal": normal,
    "heavy tails (t, 3 df)": heavy,
    "skewed (log-normal)": skewed,
    "one run in ten fails to learn": failing,
}
IN_STEPS = "recall of 80 queries"


def studies(
    rng: np.random.Generator, kind: str, count: int, runs: int, *, paired: bool
) -> tuple[Floats, Floats]:
    """`count` studies of two equal arms: (count, runs) each. Pairs share most of their variance."""
    if kind == IN_STEPS:
        return _recalls(rng, count, runs, paired=paired)
    draw, shape = KINDS[kind], (count, runs)
    seed_effect = math.sqrt(SHARED) * draw(rng, shape)
    other = seed_effect if paired else math.sqrt(SHARED) * draw(rng, shape)
    return (
        seed_effect + math.sqrt(1 - SHARED) * draw(rng, shape) + _wiggle(rng, shape),
        other + math.sqrt(1 - SHARED) * draw(rng, shape) + _wiggle(rng, shape),
    )


def curves(rng: np.random.Generator, shape: tuple[int, ...], steps: int) -> Floats:
    """Stationary AR(1) noise of size WIGGLE with heavy tails, along the last axis."""
    steps_of_noise = math.sqrt(1 - REMEMBERED**2) * heavy(rng, (*shape, steps))
    found = np.empty_like(steps_of_noise)
    found[..., 0] = rng.normal(size=shape)
    for step in range(1, steps):
        found[..., step] = REMEMBERED * found[..., step - 1] + steps_of_noise[..., step]
    return WIGGLE * found


def recorded() -> dict[str, Floats]:
    """By trainer and metric: how runs of one configuration really ended, one number a seed."""
    told = json.loads(RECORDED.read_text())
    return {
        f"{trainer} {metric}": np.array(values)
        for trainer, metrics in told.items()
        for metric, values in metrics.items()
    }


def resampled(
    rng: np.random.Generator, values: Floats, count: int, runs: int
) -> tuple[Floats, Floats]:
    """`count` studies of 2 x `runs` different seeds each."""
    order = rng.permuted(np.tile(values, (count, 1)), axis=1)
    return order[:, :runs], order[:, runs : 2 * runs]


def _wiggle(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """What the mean of a curve's last values keeps of its noise."""
    means: Floats = curves(rng, shape, TAIL).mean(axis=-1)
    return means


def _recalls(
    rng: np.random.Generator, count: int, runs: int, *, paired: bool
) -> tuple[Floats, Floats]:
    """Of 80 queries: a run's own skill, and then luck with each query."""
    skill = 0.7 + 0.05 * rng.normal(size=(count, runs))
    other = skill if paired else 0.7 + 0.05 * rng.normal(size=(count, runs))
    return tuple(rng.binomial(QUERIES, s.clip(0, 1)) / QUERIES for s in (skill, other))  # type: ignore[return-value]
