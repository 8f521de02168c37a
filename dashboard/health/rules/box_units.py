"""DAT-03."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from dashboard.health.figures import figure
from dashboard.health.frames import PATTERNS, ranked
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

SHARE, IOU, L1 = "box/l1_over_size", "box/iou", "train/loss/l1"
BATCHES = Threshold(
    "batches",
    20,
    low=1,
    high=10_000,
    says=_("Batches it needs before it judges, and whose median it judges"),
)
IMPOSSIBLE = 1.0  # of the frame: coordinates inside of it cannot differ by more on average
# a box that was put roughly right is nearer
FAR = Threshold(
    "far",
    0.1,
    low=0,
    high=1,
    says=_("Distance, as a share of the frame, above which boxes count as far apart"),
)
# in other formats of the same boxes it is at most 0.11
NO_OVERLAP = Threshold(
    "no_overlap", 0.2, low=0, high=1, says=_("Mean IoU below which boxes count as apart")
)
PATIENCE = Threshold(
    "patience",
    100,
    low=1,
    high=1_000_000,
    says=_("Values that a training from random boxes is given"),
)


@rule(
    id="DAT-03",
    title=_("Units and format of boxes"),
    thresholds=(BATCHES, FAR, NO_OVERLAP, PATIENCE),
)
def box_units(context: Context) -> Finding:
    """Predicted and true boxes are in different units, formats or frames.

    A loss cannot tell: L1 of 332 looks like a hard problem and is normalised predictions against
    pixel targets. What tells is L1 as a share of the frame's side together with the IoU. More than
    1 is impossible for two boxes inside of one frame: a failure after 20 batches. Between 0.1 and 1
    with a mean IoU below 0.2, still so after 100 values, is a failure as well; which mistake it
    is, is told from a table of what each one does to random boxes at 1920 × 1080 (L1 / mean side,
    1 − IoU): shares against pixels 0.50, 1.00; center-size against corners 0.25, 0.99; corner-size
    0.19, 0.94; resize not undone 0.16, 0.89; unrelated boxes 0.32, 0.97. So an L1 of 330 with an
    IoU loss of 0.84 is a wrong size or format in one frame, not shares against pixels.

    It does not check the boxes of the data set themselves (DAT-01 does), nor aspect ratios.
    """
    share, overlap = context.curve(SHARE).finite, context.curve(IOU).finite
    if not len(share):
        return unlogged(context, Message(_("No boxes are refined in this run.")))
    looked_at = values_of(SHARE, share)
    if len(share) < context[BATCHES]:
        says = _("{count} of {needed} batches seen.")
        return waiting(looked_at, say(says, count=len(share), needed=context[BATCHES]))
    level = float(np.median(share.last(context[BATCHES]).values))
    newest = overlap.last(context[BATCHES]).values
    iou = float(np.median(newest)) if len(newest) else math.nan
    apart = level > context[FAR] and iou < context[NO_OVERLAP]
    if level > IMPOSSIBLE or (apart and len(share) >= context[PATIENCE]):
        return _found(context, share, level, iou)
    if apart:
        says = _("Boxes hardly overlap yet (IoU {iou}); units are judged after {needed} batches.")
        return waiting(looked_at, say(says, iou=figure(iou), needed=context[PATIENCE]))
    says = _("Boxes are {share} of the frame apart, IoU {iou}: one unit, one format.")
    number = Number(level, _("of the frame's side"))
    return fine(say(says, share=figure(level), iou=figure(iou)), looked_at, number)


def _found(context: Context, share: Series, level: float, iou: float) -> Finding:
    bad = share.where(share.values > min(level, IMPOSSIBLE) / 2)
    return Finding(
        state=State.FAIL,
        says=say(
            _("Predicted and true boxes are {share} times the frame's side apart, IoU {iou}."),
            share=figure(level),
            iou=figure(iou),
        ),
        expected=say(
            _("At most 1 for any boxes of one frame (unit {unit}), below {far} once they overlap."),
            unit=str(context.facts.get("box/unit", "?")),
            far=figure(context[FAR]),
        ),
        looked_at=values_of(SHARE, share),
        number=Number(level, _("of the frame's side")),
        evidence=(
            evidence(SHARE, bad, Level(IMPOSSIBLE, Message(_("the whole frame")))),
            evidence(IOU, context.curve(IOU).finite),
        ),
        causes=_causes(level, iou),
        remedy=Message(_("Bring both sides into one unit and format before any loss is taken.")),
        patch=_patch(context),
        check=say(
            _("{name} lies below {far} and the IoU above 0."), name=SHARE, far=figure(context[FAR])
        ),
        **span(bad),
    )


def _causes(level: float, iou: float) -> tuple[Message, ...]:
    """Beyond the frame only one mistake remains; else the two that look most like it."""
    if level > IMPOSSIBLE:
        return (PATTERNS[0].cause,)
    iou_loss = 1.0 if math.isnan(iou) else 1 - iou
    return tuple(pattern.cause for pattern in ranked(level, iou_loss)[:2])


def _patch(context: Context) -> dict[str, Any]:
    return context.patch(targets_in="same_unit")
