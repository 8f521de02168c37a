"""NUM-05."""

from __future__ import annotations

import numpy as np

from dashboard.health.figures import figure
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
from dashboard.health.seen import aligned, fine, span, values_of
from dashboard.metrics.series import Floats, Series

_ = gettext_noop

SCALE, SEEN, TRUE = "amp/scale", "train/grad_norm_before_clip", "train/grad_norm"
ENOUGH = Threshold(
    "enough",
    50,
    low=1,
    high=100_000,
    says=_("Steps it needs before it judges, and whose median it judges"),
)
TIMES = Threshold(
    "times", 10.0, low=1, high=1_000_000, says=_("Times the true norm above which it fails")
)
CLIPPED = Threshold(
    "clipped", 0.95, low=0, high=1, says=_("Share of clipped steps, where only one norm is logged")
)
HUGE = 1e3  # a norm that is no gradient's
USUAL = (1e-4, 1e3)  # what it is once divided by the loss scale


@rule(id="NUM-05", title=_("Clipping before unscaling"), thresholds=(ENOUGH, TIMES, CLIPPED))
def clip_before_unscale(context: Context) -> Finding:
    """Under fp16 gradients are clipped while they are still multiplied by the loss scale.

    A gradient of norm 1 at a loss scale of 65536 looks to the clipping like one of 65536; shortened
    to 5 and unscaled afterwards, an update of 8e-5 is left. Plain SGD then all but stands still
    (loss 27.6 instead of 0.065 in a test); AdamW, which divides by the gradient's own size, hardly
    shows it in the loss, so the norms are read: what clipping saw against the true norm. A median
    ratio above 10 over the newest 50 steps fails. Where only one norm is logged, it must be above
    1000, become usual (1e-4 to 1000) when divided by the scale, and be clipped in 95 % of steps.

    Not applicable without a loss scale, or where nothing is clipped.
    """
    scale = context.curve(SCALE).finite
    if not len(scale):
        return unlogged(context, Message(_("No loss scale is logged: this is no fp16 training.")))
    if context.setting("max_grad_norm", 1.0) <= 0:
        return not_applicable(Message(_("Gradients are not clipped in this run.")))
    seen, times = _ratio(context, scale)
    if len(seen) < context[ENOUGH]:
        says = _("{count} of {needed} steps with gradient norms seen.")
        return waiting(say(_("{count} values of {name}"), count=len(seen), name=SEEN),
                       say(says, count=len(seen), needed=context[ENOUGH]))  # fmt: skip
    ratio = float(np.median(times[-context[ENOUGH] :]))
    if ratio > context[TIMES]:
        return _found(context, seen, ratio)
    says = _("Clipping sees the true gradients: their norm is {norm} at a loss scale of {scale}.")
    told = say(says, norm=figure(_median(context, seen)), scale=figure(_median(context, scale)))
    return fine(told, values_of(SEEN, seen))


def _median(context: Context, points: Series) -> float:
    return float(np.median(points.last(context[ENOUGH]).values))


def _ratio(context: Context, scale: Series) -> tuple[Series, Floats]:
    """What clipping saw, and how many times larger than the true norm it is."""
    seen, true = aligned(context.curve(SEEN), context.curve(TRUE))
    if len(seen):
        kept = true.values > 0
        return seen.where(kept), seen.values[kept] / true.values[kept]
    norm, factor = aligned(context.curve(TRUE), scale)
    divided = norm.values / np.maximum(factor.values, 1.0)
    low, high = USUAL
    told = (norm.values > HUGE) & (divided >= low) & (divided <= high)
    shortened = context.curve("train/clipped").finite.last(context[ENOUGH]).values
    always = len(shortened) > 0 and shortened.mean() > context[CLIPPED]
    return norm, np.where(told & always, factor.values, 1.0)


def _found(context: Context, seen: Series, ratio: float) -> Finding:
    limit = context.setting("max_grad_norm", 1.0)
    return Finding(
        state=State.FAIL,
        says=say(
            _("Clipping sees gradients {ratio} times too large: {seen} instead of {true}."),
            ratio=figure(ratio),
            seen=figure(_median(context, seen)),
            true=figure(_median(context, seen) / ratio),
        ),
        expected=say(
            _("The true norm. Shortened to {limit} while scaled, {left} is left of a gradient."),
            limit=figure(limit),
            left=figure(limit / ratio),
        ),
        looked_at=values_of(SEEN, seen),
        number=Number(ratio, _("times the true norm")),
        evidence=(
            evidence(SEEN, seen, Level(limit, Message(_("clipping limit")))),
            evidence(TRUE, context.curve(TRUE).finite),
        ),
        causes=(Message(_("Gradients are clipped before scaler.unscale_(optimizer) was called.")),),
        remedy=Message(_("Call scaler.unscale_(optimizer) before clipping, once for each step.")),
        patch=context.patch(unscale_before_clip=True),
        check=say(_("{seen} equals {true}."), seen=SEEN, true=TRUE),
        **span(seen),
    )
