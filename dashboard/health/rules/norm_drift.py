"""CTR-08."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dashboard.health.figures import figure, percent
from dashboard.health.readings import rate_times, warmup_steps
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
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

NAMES = ("sdm/norm_over_sqrt_d", "features/norm_over_sqrt_dim")
ENOUGH = Threshold("enough", 50, low=1, high=1_000_000, says=_("Values it needs before it judges"))
VALUES = 20  # whose median is judged
EARLY = 50  # the first values after warm-up that a drift is measured from
DRIFT = Threshold(
    "drift",
    0.5,
    low=0,
    high=100,
    says=_("Drift, as a share of the early level, above which it warns"),
)
LOW = Threshold("low", 0.5, low=0, high=1, says=_("Times √d below which it warns"))
FAST = 0.005  # median update of the first steps; SDM trainings of the benchmark 0.00015 to 0.0008
SLOWER = 0.1
HIGH = Threshold("high", 2.0, low=1, high=100, says=_("Times √d above which it warns"))


@rule(id="CTR-08", title=_("Feature norms"), thresholds=(LOW, HIGH, ENOUGH, DRIFT))
def norm_drift(context: Context) -> Finding:
    """Features of a size that their normalisation layer does not give, or that drifts.

    BatchNorm with its usual weights gives vectors of length √d: 17.99 for a width of 324, 19.58 for
    384, 19.99 for 400. Norms of 18 to 20 are therefore what such a layer makes, and not too large;
    a fixed target of 8 fights the layer. So the norm is judged as a share of √d: a median of 20
    values outside of 0.5 to 2, or one that moved by more than half from the first 50 values after
    warm-up, is a warning. A norm penalty whose target lies outside of 0.5 to 2 is a warning, too:
    it pulls all features away from what the layer gives.

    A loss that normalises its features cannot see their norm at all; whether the norm hurts what
    comes after is not checked. Only features behind a normalisation layer are logged so.
    """
    name = next((name for name in NAMES if len(context.curve(name).finite)), "")
    if not name:
        return unlogged(context, Message(_("No feature norm relative to its width is logged.")))
    norm = context.curve(name).finite
    after = norm.where(norm.steps > warmup_steps(context))
    if len(after) < context[ENOUGH]:
        says = _("{count} of {needed} values after the warm-up are there.")
        return waiting(values_of(name, norm), say(says, count=len(after), needed=context[ENOUGH]))
    level = float(np.median(after.last(VALUES).values))
    early = float(np.median(after.values[:EARLY]))
    for check in (_target, _outside, _drifted):
        if finding := check(context, name, after, level, early):
            return finding
    says = _("Features are {level} times √d long, as their normalisation layer gives.")
    return fine(say(says, level=figure(level)), values_of(name, after), Number(level, _("× √d")))


def _target(
    context: Context, name: str, after: Series, level: float, _early: float
) -> Finding | None:
    target = context.fact("features/norm_target", math.nan)
    penalised = context.setting("norm_penalty", 1.0) > 0
    usual = context[LOW] <= target <= context[HIGH]
    if math.isnan(target) or not penalised or usual:
        return None
    return Finding(
        state=State.WARN,
        says=say(
            _("Norms are pulled to {target} times √d; the features are {level} times √d long."),
            target=figure(target),
            level=figure(level),
        ),
        expected=_expected(context),
        causes=(
            Message(_("A target that was chosen without the width: √d is what the layer gives.")),
        ),
        remedy=Message(_("Set the target to 1, relative to the width, or take the penalty away.")),
        patch=context.patch(norm_target=1.0),
        check=Message(_("The norm penalty falls to nearly 0.")),
        **_common(name, after, level, target, _("target")),
    )


def _outside(
    context: Context, name: str, after: Series, level: float, _early: float
) -> Finding | None:
    if context[LOW] <= level <= context[HIGH]:
        return None
    return Finding(
        state=State.WARN,
        says=say(_("Features are {level} times √d long."), level=figure(level)),
        expected=_expected(context),
        causes=_causes(context),
        remedy=_remedy(),
        patch=_patch(context),
        check=say(
            _("{name} lies between {low} and {high}."),
            name=name,
            low=figure(context[LOW]),
            high=figure(context[HIGH]),
        ),
        **_common(name, after, level, 1.0, _("√d")),
    )


def _drifted(
    context: Context, name: str, after: Series, level: float, early: float
) -> Finding | None:
    if abs(level - early) <= context[DRIFT] * abs(early):
        return None
    return Finding(
        state=State.WARN,
        says=say(
            _("Feature norms drifted from {early} to {level} times √d."),
            early=figure(early),
            level=figure(level),
        ),
        expected=_expected(context),
        causes=_causes(context),
        remedy=_remedy(),
        patch=_patch(context),
        check=say(
            _("{name} stays within {share} of where it was."),
            name=name,
            share=percent(context[DRIFT]),
        ),
        **_common(name, after, level, early, _("early level")),
    )


def _expected(context: Context) -> Message:
    return say(
        _("Between {low} and {high} times √d, and steady."),
        low=figure(context[LOW]),
        high=figure(context[HIGH]),
    )


def _is_fast(context: Context) -> bool:
    ratio = context.curve("train/update_ratio").finite.values[:EARLY]
    return len(ratio) == EARLY and float(np.median(ratio)) > FAST


def _patch(context: Context) -> dict[str, Any]:
    return rate_times(context, SLOWER) if _is_fast(context) else {}


def _causes(context: Context) -> tuple[Message, ...]:
    fast = Message(
        _(
            "A learning rate that is too high: updates of more than 0.5 % of the weights, where"
            " trainings of this kind make 0.05 %."
        )
    )
    return (fast, *_usual()) if _is_fast(context) else _usual()


def _usual() -> tuple[Message, ...]:
    return (
        Message(_("The weights of the normalisation layer grow or shrink: look at weight decay.")),
        Message(_("The features come from before the layer, or from one that does not normalise.")),
    )


def _remedy() -> Message:
    return Message(_("Compare the norm with a run that works; let the loss normalise features."))


def _common(name: str, after: Series, level: float, line: float, label: str) -> dict[str, Any]:
    return {
        "looked_at": values_of(name, after),
        "number": Number(level, _("× √d")),
        "evidence": (evidence(name, after, Level(line, Message(label))),),
        **span(after.last(VALUES)),
    }
