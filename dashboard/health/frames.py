"""Which mistake of unit or format two sets of boxes disagree by: told from L1 and IoU together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dashboard.health.rule import Message, gettext_noop

_ = gettext_noop


@dataclass(frozen=True)
class Pattern:
    """What a mistake looks like: L1 as a share of the frame's mean side, and 1 - IoU.

    Computed for random boxes in a frame of 1920 x 1080: L1 of 749, 375, 286, 238 and 475 pixels.
    """

    l1_share: float
    iou_loss: float
    cause: Message


PATTERNS = (
    Pattern(
        0.499,
        1.0,
        Message(_("One side in shares of the frame, the other in pixels: their boxes never meet.")),
    ),
    Pattern(
        0.250,
        0.991,
        Message(_("One side as center, width, height, the other as corners (cxcywh, xyxy).")),
    ),
    Pattern(
        0.191,
        0.936,
        Message(_("One side as corner, width, height, the other as two corners (xywh, xyxy).")),
    ),
    Pattern(
        0.159,
        0.892,
        Message(_("A resize that was not undone: both sides in pixels, of two image sizes.")),
    ),
    Pattern(
        0.317,
        0.970,
        Message(_("Boxes that have nothing to do with each other: predictions paired wrongly.")),
    ),
)


def ranked(l1_share: float, iou_loss: float) -> list[Pattern]:
    """The patterns, the likeliest first."""

    def distance(pattern: Pattern) -> float:
        return math.hypot(pattern.l1_share - l1_share, pattern.iou_loss - iou_loss)

    return sorted(PATTERNS, key=distance)
