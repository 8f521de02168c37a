"""A contrastive loss as a share of chance, ln N: the values that compare, and their level."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.health.diagnosis import Diagnosis
from dashboard.health.figures import figure, percent
from dashboard.health.readings import comparable, warmup_steps
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    Number,
    evidence,
    gettext_noop,
    say,
    waiting,
)
from dashboard.health.statistics import mean_interval
from dashboard.metrics.series import EMPTY, Series

_ = gettext_noop

RATIO = "region/loss_over_chance"
LOSS = "train/loss/region"
CANDIDATES = "region/candidates"
SDM_RATIO, SDM_CANDIDATES = "sdm/loss_over_chance", "sdm/candidates"
VALUES = 20  # whose mean is judged: one value at 4 candidates is off by 40-60 %
NEWEST = 40  # values of that mean where there are as many


@dataclass(frozen=True)
class Judged:
    """The values of loss / ln N that can be compared, and what N is now."""

    ratio: Series
    candidates: float
    warmup: int
    name: str = RATIO

    @property
    def chance(self) -> float:
        return math.log(self.candidates) if self.candidates > 1 else math.nan

    @property
    def step(self) -> int:
        return int(self.ratio.steps[-1])

    @property
    def newest(self) -> Series:
        return self.ratio.last(NEWEST if len(self.ratio) >= NEWEST else VALUES)

    @property
    def number(self) -> Number:
        mean, low, high = mean_interval(self.newest.values)
        return Number(mean, _("of chance"), low, high)


def judge_ratio(context: Context) -> Judged | None:
    """Of the region loss. None where neither the ratio nor what it is made of was logged."""
    ratio = _ratio(context)
    if not len(ratio):
        return None
    ratio = ratio.between(comparable(context).since, math.inf)
    return Judged(ratio, _usual(context, CANDIDATES), warmup_steps(context))


def judge_sdm_ratio(context: Context) -> Judged | None:
    """Of the SDM loss. None where it was not logged."""
    ratio = context.curve(SDM_RATIO).finite
    if not len(ratio):
        return None
    return Judged(ratio, _usual(context, SDM_CANDIDATES), warmup_steps(context), SDM_RATIO)


def _usual(context: Context, name: str) -> float:
    counts = context.curve(name).finite.last(VALUES).values
    return float(np.median(counts)) if len(counts) else math.nan


def _ratio(context: Context) -> Series:
    """loss / ln N as it was logged, else from the loss and the candidates of the same step."""
    logged = context.curve(RATIO).finite
    if len(logged):
        return logged
    loss, counts = context.curve(LOSS).finite, context.curve(CANDIDATES).finite
    known = counts.values > 1
    steps, at, where = np.intersect1d(loss.steps, counts.steps[known], return_indices=True)
    if not len(steps):
        return EMPTY
    return Series(steps, loss.times[at], loss.values[at] / np.log(counts.values[known][where]))


def looked_at(judged: Judged) -> Message:
    return say(
        _("{count} comparable values of {name}, steps {first} to {last}"),
        count=len(judged.ratio),
        name=judged.name,
        first=int(judged.ratio.steps[0]),
        last=judged.step,
    )


def too_few(context: Context, judged: Judged) -> Finding:
    seen = len(judged.ratio)
    warm = min(1.0, context.step / judged.warmup) if judged.warmup else 1.0
    whole = _ratio(context) if judged.name == RATIO else judged.ratio
    level = float(whole.last(VALUES).values.mean())
    return waiting(
        say(_("{count} comparable values of {name}"), count=seen, name=judged.name),
        say(
            _(
                "{share} of chance (ln {candidates} = {chance}), but only {count} values since the"
                " number of candidates last changed; {needed} are needed. LR warm-up: {warm}."
            ),
            share=figure(level),
            candidates=f"{judged.candidates:.0f}",
            chance=figure(judged.chance),
            count=seen,
            needed=VALUES,
            warm=percent(warm),
        ),
    )


def shown(
    judged: Judged, points: Series, number: Number, why: Diagnosis, target: float = 1.0
) -> dict[str, Any]:
    """The parts of a finding that say where it was seen and what may be behind it."""
    label = Message(_("chance")) if target == 1.0 else Message(_("milestone"))
    return {
        "looked_at": looked_at(judged),
        "number": number,
        "since_step": int(points.steps[0]),
        "window": (int(points.steps[0]), judged.step),
        "evidence": (evidence(judged.name, points, Level(target, label)),),
        "causes": why.causes,
        "remedy": Message(_("Launch again on this baseline with the one change below.")),
        "patch": why.patch,
    }
