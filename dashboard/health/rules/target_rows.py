"""NUM-03."""

from __future__ import annotations

import math

import numpy as np

from dashboard.health.figures import figure
from dashboard.health.floats import spacing
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
)
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Floats, Series

_ = gettext_noop

LEAST, MOST = "sdm/target_row_sum_min", "sdm/target_row_sum_max"
TOLERANCE = Threshold(
    "tolerance", 0.001, low=0, high=1, says=_("Distance of a row's sum from 1 above which it fails")
)
ROUNDINGS = 5  # spacings of the dtype for each of the N summands
DTYPES = {"fp16": "float16", "bf16": "bfloat16"}
WHOLE = 1e-3  # sums this near to whole numbers are counts of positives


@rule(id="NUM-03", title=_("Target rows of the SDM loss"), thresholds=(TOLERANCE,))
def target_rows(context: Context) -> Finding:
    """The rows of the target that a divergence is taken from do not sum to one.

    SDM compares the similarities' softmax with a target q that says who truly matches. Where a row
    of q sums to S instead of 1 it is no distribution, and the reverse divergence can fall to −ln S:
    S = 1.0069 gives −0.0069, 1.0345 gives −0.0339, 1.057 gives −0.0555. The usual reason is a
    forgotten keepdim, which divides along the wrong axis and is harmless until modalities are
    masked out or labels are soft; the other, that nothing is divided at all.

    Deterministic: one batch whose smallest or largest row sum is off by more than 1e-3 (or five
    spacings of the loss's dtype for each of the N summands, where that is more) is a failure. It
    does not check whether the right pairs are marked as matching.
    """
    low, high = context.curve(LEAST).finite, context.curve(MOST).finite
    if not len(low) and not len(high):
        return unlogged(context, Message(_("The row sums of a target are not logged.")))
    slack = _tolerance(context)
    off = {name: bad for name in (MOST, LEAST) if len(bad := _off(context.curve(name), slack))}
    if off:
        return _found(context, off)
    name = MOST if len(high) else LEAST
    return fine(
        Message(_("Every row of the target sums to one.")),
        values_of(name, context.curve(name).finite),
    )


def _tolerance(context: Context) -> float:
    dtype = DTYPES.get(str(context.facts.get("sdm/loss_precision")), "float32")
    counts = context.curve("sdm/candidates").finite.values
    most = float(counts.max()) if len(counts) else 0.0
    return max(context[TOLERANCE], ROUNDINGS * spacing(1.0, dtype) * most)


def _off(curve: Series, slack: float) -> Series:
    finite = curve.finite
    return finite.where(np.abs(finite.values - 1) > slack)


def _found(context: Context, off: dict[str, Series]) -> Finding:
    sums = np.concatenate([context.curve(part).finite.values for part in (LEAST, MOST)])
    low, high = float(sums.min()), float(sums.max())
    name, bad = next(iter(off.items()))
    return Finding(
        state=State.FAIL,
        says=say(
            _("Rows of the target sum to {low} to {high} instead of 1, at {count} steps."),
            low=figure(low),
            high=figure(high),
            count=len(bad),
        ),
        expected=_expected(high),
        looked_at=values_of(name, context.curve(name).finite),
        number=Number(high if abs(high - 1) > abs(low - 1) else low, _("row sum")),
        evidence=tuple(
            evidence(part, points, Level(1.0, Message(_("one")))) for part, points in off.items()
        ),
        causes=(_cause(sums),),
        remedy=Message(_("Divide each row of the target by its own sum.")),
        patch=context.patch(target_rows="normalised"),
        check=say(_("{low} and {high} are 1 at every step."), low=LEAST, high=MOST),
        **span(bad),
    )


def _expected(high: float) -> Message:
    if high <= 1:
        return Message(_("1: each row of the target is a distribution."))
    return say(
        _("1: each row is a distribution. With {high} the loss can fall to −ln {high} = {bound}."),
        high=figure(high),
        bound=figure(-math.log(high)),
    )


def _cause(sums: Floats) -> Message:
    if (np.abs(sums - np.round(sums)) < WHOLE).all() and (sums > 1).all():
        return Message(
            _("Nothing is divided: the sums are whole numbers, the positives of each row.")
        )
    return Message(
        _("Divided along the wrong axis, as by a forgotten keepdim, or soft labels not normalised.")
    )
