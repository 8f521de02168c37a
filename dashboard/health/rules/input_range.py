"""DAT-06."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

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
from dashboard.metrics.series import Series

_ = gettext_noop

LEAST, MOST = "data/input_min", "data/input_max"
DECLARED = "image/preprocessing"
ENOUGH = Threshold("enough", 20, low=1, high=1_000_000, says=_("Steps whose images it needs"))
SLACK = Threshold(
    "slack", 0.2, low=0, high=10, says=_("Share of the declared range that pixels may lie beyond")
)
BYTES = 100.0  # times the declared range: only pixels that were never divided by 255 are so large


@dataclass(frozen=True)
class Range:
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low

    def __str__(self) -> str:
        return f"{figure(self.low)} … {figure(self.high)}"


@rule(id="DAT-06", title=_("Range of the input"), weight="remark", thresholds=(ENOUGH, SLACK))
def input_range(context: Context) -> Finding:
    """Images reach the model in another range than its preprocessing declares.

    Weights that were trained on images of a certain mean and spread see something else when pixels
    are not divided by 255, are divided twice, or are not normalised: the model still trains, and is
    worse. The preprocessing that the trainer states says which range pixels between 0 and 1 lie in
    afterwards. The least and the greatest pixel that the model saw are compared with it: more than
    20 % of the range beyond it, or less than a fifth of it in all, is told after 20 steps.

    Uncalibrated, a remark. Swapped colours and another mean of nearly the same range are not seen.
    Only trainers that state `image/preprocessing` and log both pixels are judged.
    """
    low, high = aligned(context.curve(LEAST), context.curve(MOST))
    if not len(low):
        return unlogged(context, Message(_("The range of the images is not logged.")))
    declared = _declared(context.facts.get(DECLARED))
    if declared is None:
        return not_applicable(Message(_("The trainer does not state its preprocessing.")))
    if len(low) < context[ENOUGH]:
        says = _("{count} of {needed} steps seen.")
        return waiting(values_of(LEAST, low), say(says, count=len(low), needed=context[ENOUGH]))
    seen = Range(float(low.values.min()), float(high.values.max()))
    slack = context[SLACK] * declared.width
    beyond = max(declared.low - seen.low, seen.high - declared.high)
    if beyond > slack or seen.width < declared.width / 5:
        return _found(low, high, seen, declared)
    says = _("Pixels lie in {seen}; the preprocessing gives {declared}.")
    told = say(says, seen=str(seen), declared=str(declared))
    return fine(told, values_of(MOST, high), Number(seen.width, _("range of the pixels")))


def _declared(stated: Any) -> Range | None:
    """What shares of 0 and 1 become by mean and spread; None where they are not stated so."""
    try:
        mean, spread = stated
        ends = [(end - m) / s for m, s in zip(mean, spread, strict=True) for end in (0.0, 1.0)]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    if not ends or not all(math.isfinite(end) for end in ends) or max(ends) <= min(ends):
        return None
    return Range(min(ends), max(ends))


def _found(low: Series, high: Series, seen: Range, declared: Range) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("Pixels lie in {seen}, where the preprocessing gives {declared}."),
            seen=str(seen),
            declared=str(declared),
        ),
        expected=say(_("Pixels within {declared}."), declared=str(declared)),
        looked_at=values_of(MOST, high),
        number=Number(seen.width, _("range of the pixels")),
        evidence=(
            evidence(MOST, high, Level(declared.high, Message(_("greatest possible")))),
            evidence(LEAST, low, Level(declared.low, Message(_("least possible")))),
        ),
        causes=(_cause(seen, declared),),
        remedy=Message(_("Scale pixels to shares of 1 once, then normalise as the weights ask.")),
        check=say(_("Pixels lie within {declared}."), declared=str(declared)),
        **span(high),
    )


def _cause(seen: Range, declared: Range) -> Message:
    """Which mistake leaves this range."""
    if seen.width > declared.width * BYTES / 2:
        return Message(_("Pixels were not divided by 255: they are hundreds of times too large."))
    if seen.width < declared.width / 5 and seen.width < 0.1:
        return Message(_("Pixels were divided by 255 twice: hardly any range is left."))
    if seen.low >= 0 and declared.low < 0:
        return Message(_("Pixels were not normalised: none is below 0, and many should be."))
    return Message(_("Mean and spread of another model: the range is shifted or stretched."))
