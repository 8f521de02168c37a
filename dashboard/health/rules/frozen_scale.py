"""CTR-02."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dashboard.health.floats import spacing
from dashboard.health.readings import precision
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    Threshold,
    gettext_noop,
    not_applicable,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.scale import CEILING, Scale, looked_at, multiplier, read_scale, shown
from dashboard.metrics.series import Series

_ = gettext_noop

GRAD = "region/logit_scale_grad"
PINNED = 0.01  # below the ceiling
FROZEN_VALUES = Threshold(
    "frozen_values",
    200,
    low=20,
    high=1_000_000,
    says=_("Equal values before an unexplained standstill is called frozen"),
)
# where the arithmetic explains it: each update is less than half a spacing
ROUNDED_VALUES = Threshold(
    "rounded_values",
    50,
    low=5,
    high=1_000_000,
    says=_("Equal values before a standstill by rounding is called frozen"),
)
WITH_GRADIENT = 0.9  # of the gradients must not be zero, else nothing asks the scale to move


@rule(id="CTR-02", title=_("Logit scale: movement"), thresholds=(FROZEN_VALUES, ROUNDED_VALUES))
def frozen_scale(context: Context) -> Finding:
    """The learnable logit scale never moves, although its gradient asks it to.

    *Frozen by precision*: the value has the same bits for at least 50 values, its gradient is not
    zero, and the learning rate is less than half the spacing of its dtype there, so each update is
    rounded away. In bfloat16 neighbours of 2.65 are 0.0156 apart; an AdamW update of 1e-4 can never
    cross that, and other weights of the model lose most of their updates too: a failure, as the
    arithmetic proves it and as it is not the scale alone that stands still: on the digit scenes
    float32 weights alone lifted recall@1 from 0.21 to 0.28. *Frozen* without such an explanation:
    200 equal values, a warning, for a scale that stands still may be meant. *Pinned*: 200 values at
    the ceiling ln 100, a warning.

    A scale that is not trainable, or whose gradient is zero, is not expected to move.
    """
    scale = read_scale(context)
    if scale is None or not len(context.curve(GRAD)):
        return unlogged(context, Message(_("No learnable logit scale with a gradient is logged.")))
    if not scale.trainable:
        return not_applicable(Message(_("The logit scale is not trainable in this run.")))
    for check in (_rounded_away, _pinned, _frozen):
        if finding := check(context, scale):
            return finding
    return _unremarkable(context, scale)


def _rounded_away(context: Context, scale: Scale) -> Finding | None:
    """Frozen, and the arithmetic says why: half a spacing is more than the learning rate."""
    still = _standing_still(context, scale)
    rate = context.curve("train/lr").finite.values
    highest = float(rate.max()) if len(rate) else context.setting("learning_rate", math.inf)
    step = highest * context.setting("logit_scale_speed", 1.0)
    gap = spacing(float(scale.points.values[-1]), scale.dtype)
    if scale.dtype == "float32" or len(still) < context[ROUNDED_VALUES] or not step < gap / 2:
        return None
    return Finding(
        state=State.FAIL,
        says=say(
            _(
                "Frozen by precision: {scale} has the same bits at {count} steps while its gradient"
                " is not zero."
            ),
            scale=multiplier(float(still.values[-1])),
            count=len(still),
        ),
        expected=say(
            _(
                "A value that moves. {dtype} has a spacing of {gap} here; an update of about"
                " {rate}, the learning rate, is rounded away."
            ),
            dtype=scale.dtype,
            gap=f"{gap:g}",
            rate=f"{step:g}",
        ),
        causes=_precision_causes(context, scale),
        remedy=Message(
            _("Keep a float32 master copy of the weights; bfloat16 only for computing.")
        ),
        patch=_repair(context, scale, precision="fp32"),
        check=say(
            _("The raw scale differs between step 1 and step {count}."),
            count=context[ROUNDED_VALUES],
        ),
        **shown(scale, still, scale.expected, Message(_("where it should have started"))),
    )


def _precision_causes(context: Context, scale: Scale) -> tuple[Message, ...]:
    stated = precision(context) or scale.dtype
    weights = say(
        _(
            "The parameters are {dtype} (precision {precision}) without a float32 copy: small"
            " updates of every weight are lost, not only this one's."
        ),
        dtype=scale.dtype,
        precision=stated,
    )
    return (weights, _origin(scale)) if scale.is_off else (weights,)


def _origin(scale: Scale) -> Message:
    return say(
        _("It started at {start} where {expected} was expected: another value than the source's."),
        start=multiplier(scale.start),
        expected=multiplier(scale.expected),
    )


def _repair(context: Context, scale: Scale, **changes: Any) -> dict[str, Any]:
    if scale.is_off:
        changes["logit_scale_source"] = "checkpoint"
    return context.patch(**changes)


def _standing_still(context: Context, scale: Scale) -> Series:
    """The newest points with the bits of the last one; empty where nothing asks it to move."""
    values = scale.points.values
    moved = np.flatnonzero(values != values[-1])
    still = scale.points.last(len(values) - (int(moved[-1]) + 1 if len(moved) else 0))
    gradient = context.curve(GRAD).finite.between(int(still.steps[0]), np.inf).values
    asked = len(gradient) and np.count_nonzero(gradient) >= WITH_GRADIENT * len(gradient)
    return still if asked else still.last(0)


def _frozen(context: Context, scale: Scale) -> Finding | None:
    still = _standing_still(context, scale)
    at_ceiling = float(scale.points.values[-1]) >= CEILING - PINNED
    if len(still) < context[FROZEN_VALUES] or at_ceiling:
        return None
    return Finding(
        state=State.WARN,
        says=say(
            _("Frozen: {scale} has the same bits at {count} steps while its gradient is not zero."),
            scale=multiplier(float(still.values[-1])),
            count=len(still),
        ),
        expected=Message(_("A trainable parameter with a gradient moves.")),
        causes=(
            Message(_("The optimizer does not know the parameter, or its learning rate is 0.")),
        ),
        remedy=Message(_("Look at which parameters the optimizer was given.")),
        check=Message(_("The raw scale differs between two steps.")),
        **shown(scale, still, scale.expected, Message(_("expected start"))),
    )


def _pinned(context: Context, scale: Scale) -> Finding | None:
    newest = scale.points.last(context[FROZEN_VALUES])
    if len(newest) < context[FROZEN_VALUES]:
        return None
    if not (newest.values >= CEILING - PINNED).all():
        return None
    return Finding(
        state=State.WARN,
        says=say(
            _("Pinned at the ceiling: {scale} at {count} steps."),
            scale=multiplier(float(newest.values[-1])),
            count=len(newest),
        ),
        expected=Message(_("A value below ln 100, so that it can still adapt.")),
        causes=(
            Message(_("A start at the ceiling, or a loss that still asks for more contrast.")),
        ),
        remedy=Message(_("Start from the checkpoint's own scale.")),
        patch=context.patch(logit_scale_source="checkpoint"),
        check=Message(_("The raw scale leaves the ceiling.")),
        **shown(scale, newest, CEILING, Message(_("ln 100"))),
    )


def _unremarkable(context: Context, scale: Scale) -> Finding:
    values = scale.points.values
    if (values == values[0]).all() and len(values) < context[FROZEN_VALUES]:
        return waiting(looked_at(scale), _young(context, scale))
    return Finding(
        state=State.PASS,
        says=say(
            _("The scale moves: from {start} to {scale}."),
            start=multiplier(float(values[0])),
            scale=multiplier(scale.last),
        ),
        looked_at=looked_at(scale),
        number=Number(scale.last, _("raw, a logarithm")),
    )


def _young(context: Context, scale: Scale) -> Message:
    explained = scale.dtype != "float32" and len(scale.points) < context[ROUNDED_VALUES]
    return say(
        _("{scale} has not moved yet; {count} of {needed} values are there."),
        scale=multiplier(scale.last),
        needed=context[ROUNDED_VALUES if explained else FROZEN_VALUES],
        count=len(scale.points),
    )
