"""CNV-04."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from dashboard.health.chance import CANDIDATES
from dashboard.health.figures import figure, percent
from dashboard.health.readings import comparable
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    Number,
    State,
    Threshold,
    evidence,
    gettext_noop,
    not_applicable,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import ONE_CHANGE, fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

REGION_LOSS, RAW_SCALE = "train/loss/region", "region/logit_scale"
SDM_COUNTS, SDM_RIGHT, TEMPERATURE = "sdm/candidates", "sdm/positives", "sdm/temperature"
ENOUGH = Threshold("enough", 100, low=1, high=1_000_000, says=_("Values it needs before it judges"))
VALUES = 20  # whose mean is the level
SHARE = Threshold(
    "share",
    0.5,
    low=0,
    high=1,
    says=_("Share of the loss that the floor makes up, above which it warns"),
)
LEAST = Threshold(
    "least", 0.1, low=0, high=100, says=_("Floor, in nat, below which it never warns")
)
COLDER = 0.5  # times the temperature, in the offer


@dataclass(frozen=True)
class Setting:
    """A contrastive loss and what limits it."""

    name: str
    scale: float  # 1 / temperature
    candidates: float
    positives: float


@rule(id="CNV-04", title=_("Floor of the contrastive loss"), thresholds=(ENOUGH, SHARE, LEAST))
def loss_floor(context: Context) -> Finding:
    """The scale or temperature keeps the loss from falling any further.

    With perfect positives and negatives as far from each other as they can be (a simplex), an
    InfoNCE loss of N candidates at scale s still is ln(1 + (N − 1)·exp(−s·N/(N − 1))). At s = 5 (a
    temperature of 0.2) and N = 64 that is 0.331; at 14.28 and N = 132 it is 7e-5; at 14.24 and
    N = 4 1.7e-8, so that such a scale cannot be what holds a loss at 1.4. With k right candidates
    in N, as in SDM, read N/k for N.

    A floor above 0.1 that makes up more than half of the loss (mean of 20 values), after 100
    values, is a warning: the loss is done, whatever the model still could learn. A floor is no
    defect in itself, and it is not computed for the reverse divergence, which has another one.
    """
    setting = _setting(context)
    if setting is None:
        return _unknown(context)
    curve = context.curve(setting.name).finite.between(comparable(context).since, math.inf)
    if len(curve) < context[ENOUGH]:
        says = _("{count} of {needed} comparable values of the loss are there.")
        told = say(says, count=len(curve), needed=context[ENOUGH])
        return waiting(
            say(_("{count} values of {name}"), count=len(curve), name=setting.name), told
        )
    least = floor(setting.scale, setting.candidates, setting.positives)
    level = float(curve.last(VALUES).values.mean())
    if least > context[LEAST] and least > context[SHARE] * level:
        return _found(context, setting, curve, least, level)
    says = _("The scale allows a loss of {floor}: it is not what holds it at {level}.")
    number = Number(least, _("nat"))
    told = say(says, floor=figure(least), level=figure(level))
    return fine(told, values_of(setting.name, curve), number)


def floor(scale: float, candidates: float, positives: float = 1.0) -> float:
    """The least loss in nat: of `candidates`, `positives` are right."""
    kinds = candidates / positives
    if kinds <= 1:
        return 0.0
    return float(np.log1p((kinds - 1) * np.exp(-scale * kinds / (kinds - 1))))


def _setting(context: Context) -> Setting | None:
    counts, raw = _newest(context, CANDIDATES), _newest(context, RAW_SCALE)
    if len(context.curve(REGION_LOSS).finite) and not math.isnan(counts + raw):
        return Setting(REGION_LOSS, math.exp(min(raw, 50.0)), counts, 1.0)
    forward = context.facts.get("sdm/objective") == "forward_kl"
    counts, warm = _newest(context, SDM_COUNTS), _newest(context, TEMPERATURE)
    losses = context.named("sdm/", "/loss")
    if not forward or math.isnan(counts) or not warm > 0 or not losses:
        return None
    lowest = min(losses, key=lambda name: _level(losses[name]))
    positives = max(1.0, _newest(context, SDM_RIGHT, default=1.0))
    return Setting(lowest, 1 / warm, max(counts, positives), positives)


def _newest(context: Context, name: str, default: float = math.nan) -> float:
    values = context.curve(name).finite.last(VALUES).values
    return float(np.median(values)) if len(values) else default


def _level(curve: Series) -> float:
    values = curve.finite.last(VALUES).values
    return float(values.mean()) if len(values) else math.inf


def _unknown(context: Context) -> Finding:
    if context.facts.get("sdm/objective") == "reverse_kl":
        return not_applicable(Message(_("The floor of the reverse divergence is not known.")))
    return unlogged(context, Message(_("No contrastive loss with its scale is logged.")))


def _found(
    context: Context, setting: Setting, curve: Series, least: float, level: float
) -> Finding:
    points = curve.last(context[ENOUGH])
    return Finding(
        state=State.WARN,
        says=say(
            _("The loss, {level}, cannot fall below {floor}: the scale of {scale} is the limit."),
            level=figure(level),
            floor=figure(least),
            scale=f"×{setting.scale:.2f} (τ {1 / setting.scale:.3f})",
        ),
        expected=say(
            _("A floor of less than {share} of the loss, with {count} candidates."),
            share=percent(context[SHARE]),
            count=f"{setting.candidates:.0f}",
        ),
        looked_at=values_of(setting.name, curve),
        number=Number(least, _("nat")),
        evidence=(evidence(setting.name, points, Level(least, Message(_("floor")))),),
        causes=(
            Message(_("A temperature that is too high: raise the scale, or let it be learnt.")),
        ),
        remedy=ONE_CHANGE,
        patch=_patch(context, setting),
        check=say(_("{name} falls below {floor}."), name=setting.name, floor=figure(least)),
        **span(points),
    )


def _patch(context: Context, setting: Setting) -> dict[str, Any]:
    if setting.name == REGION_LOSS:
        return context.patch(logit_scale_source="checkpoint")
    colder = float(f"{COLDER / setting.scale:.3g}")
    return context.patch(temperature_start=colder, temperature_end=colder)
