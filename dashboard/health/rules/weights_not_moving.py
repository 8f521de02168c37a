"""NUM-06."""

from __future__ import annotations

from typing import Any

import numpy as np

from dashboard.health.diagnosis import FASTER, HARDLY_MOVING, HEALTHY_UPDATES, HIGH_RATE
from dashboard.health.figures import figure
from dashboard.health.readings import (
    full_rate_from,
    planned_steps,
    precision,
    rate_times,
    warmup_steps,
)
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

RATIO, RATE = "train/update_ratio", "train/lr"
AFTER_WARMUP = Threshold(
    "after_warmup",
    40,
    low=1,
    high=1_000_000,
    says=_("Values after warm-up it needs before it judges"),
)
WINDOW = Threshold(
    "window", 30, low=1, high=1_000_000, says=_("Newest values whose median is judged")
)
STILL = Threshold(
    "fail",
    1e-6,
    low=0,
    high=1,
    says=_("Median update, as a share of the weights' length, below which it fails"),
)
SLOW = Threshold(
    "warn",
    HARDLY_MOVING,
    low=0,
    high=1,
    says=_("Median update, as a share of the weights' length, below which it warns"),
)


@rule(
    id="NUM-06", title=_("Weights that do not move"), thresholds=(AFTER_WARMUP, WINDOW, SLOW, STILL)
)
def weights_not_moving(context: Context) -> Finding:
    """The optimizer's updates are too small to change the weights.

    `train/update_ratio` is the length of an update over the length of the weights. In healthy pilot
    runs its median never fell below 1.5e-4; with a learning rate far too low it stayed below 4e-6,
    with frozen weights it was 0. The median of 30 values, taken where the learning rate was at
    least half of its highest, so that the end of a schedule is no standstill: below 1e-6 fails,
    below 2e-5 warns. It speaks once there are 40 such values after the learning rate's warm-up; a
    warm-up that is longer than the run is no reason to wait.

    One ratio over all weights is read: a single frozen layer among moving ones is not seen here.
    """
    ratio = context.curve(RATIO).finite
    if not len(ratio):
        return unlogged(context, Message(_("The size of the updates is not logged.")))
    judged = _judged(context, ratio)
    if len(judged) < context[AFTER_WARMUP]:
        says = _(
            "{count} of {needed} values at a high learning rate, after {warmup} warm-up steps."
        )
        told = say(
            says, count=len(judged), needed=context[AFTER_WARMUP], warmup=full_rate_from(context)
        )
        return waiting(values_of(RATIO, ratio), told)
    window = judged.last(context[WINDOW])
    level = float(np.median(window.values))
    if level < context[SLOW]:
        return _found(context, window, level)
    says = _("The weights move: the median update is {level} of their length.")
    number = Number(level, _("of the weights' length"))
    return fine(say(says, level=figure(level)), values_of(RATIO, judged), number)


def _judged(context: Context, ratio: Series) -> Series:
    """The values after warm-up at which the learning rate was high."""
    after = ratio.where(ratio.steps > full_rate_from(context))
    rate = context.curve(RATE).finite
    if not len(rate):
        return after
    high = rate.steps[rate.values >= HIGH_RATE * rate.values.max()]
    return after.where(np.isin(after.steps, high))


def _found(context: Context, window: Series, level: float) -> Finding:
    causes, patch = _explain(context, window)
    return Finding(
        state=State.FAIL if level < context[STILL] else State.WARN,
        says=say(
            _("The weights hardly move: the median update is {level} of their length."),
            level=figure(level),
        ),
        expected=say(
            _("Above {healthy}, the least median of healthy runs."), healthy=figure(HEALTHY_UPDATES)
        ),
        looked_at=values_of(RATIO, window),
        number=Number(level, _("of the weights' length")),
        evidence=(evidence(RATIO, window, Level(HEALTHY_UPDATES, Message(_("healthy runs")))),),
        causes=causes,
        remedy=Message(
            _("See that the optimizer holds the weights, then raise the learning rate.")
        ),
        patch=patch,
        check=say(
            _("The median of {name} rises above {level}."), name=RATIO, level=figure(context[SLOW])
        ),
        **span(window),
    )


def _explain(context: Context, window: Series) -> tuple[tuple[Message, ...], dict[str, Any]]:
    """Causes, most likely first, with the change that answers the first of them."""
    frozen = Message(
        _(
            "No weight moves at all, the update ratio is exactly 0: requires_grad is off,"
            " or the optimizer was given other weights."
        )
    )
    rounded = Message(
        _("The weights are bfloat16 without a float32 copy: small updates are rounded away.")
    )
    slow = Message(
        _(
            "A learning rate that is too low by orders of magnitude: the update ratio is"
            " small, but not 0."
        )
    )
    clipped = Message(
        _("Gradients clipped while they are scaled: “Clipping before unscaling” fails as well.")
    )
    if 0 < planned_steps(context) <= warmup_steps(context):
        endless = say(
            _(
                "A warm-up of {warmup} steps in a run of {steps}: the learning rate never gets to"
                " what it was set to."
            ),
            warmup=warmup_steps(context),
            steps=planned_steps(context),
        )
        return (endless, slow), context.patch(warmup_steps=max(1, planned_steps(context) // 20))
    if precision(context) == "bf16_weights":
        return (rounded, slow), context.patch(precision="fp32")
    if not window.values.any():
        return (frozen,), {}
    if len(context.curve("amp/scale")):
        return (clipped, slow), context.patch(unscale_before_clip=True)
    return (slow, frozen), rate_times(context, FASTER)
