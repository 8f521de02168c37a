"""DAT-04."""

from __future__ import annotations

import numpy as np

from dashboard.health.boxes import above_zero
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    State,
    evidence,
    gettext_noop,
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import aligned, fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

ONE, OTHER, CUT = "data/pairs_a", "data/pairs_b", "data/truncated"


@rule(id="DAT-04", title=_("Pairs that do not pair"))
def pair_counts(context: Context) -> Finding:
    """Two lists that are paired row by row have different lengths, or were cut to the shorter one.

    If prediction 5 of 32 is missing and both lists are cut to the shorter, every later prediction
    is compared with a stranger: mean IoU falls from 0.943 to 0.131 and L1 rises from 4 to 441,
    without any error. One step with `data/pairs_a` unlike `data/pairs_b`, or with rows in
    `data/truncated`, is a failure.

    The trainers of this product refuse unequal lists with an error, so the rule reads what other
    code logs. Whether lists of equal length are in the same order is not seen here.
    """
    one, other = aligned(context.curve(ONE), context.curve(OTHER))
    cut = context.curve(CUT).finite
    if not len(one) and not len(cut):
        return unlogged(context, Message(_("Numbers of pairs are not logged.")))
    unequal = one.where(one.values != other.values)
    truncated = above_zero(cut)
    if len(unequal):
        return _found(ONE, unequal, _unequal(unequal, other))
    if len(truncated):
        text = _("{count} rows were cut off to make both sides equally long.")
        return _found(CUT, truncated, say(text, count=context.total(CUT)))
    name, seen = (ONE, one) if len(one) else (CUT, cut)
    return fine(
        Message(_("Both sides of every pair have the same number of rows.")), values_of(name, seen)
    )


def _unequal(unequal: Series, other: Series) -> Message:
    at = int(np.flatnonzero(other.steps == unequal.steps[0])[0])
    return say(
        _("{one} rows against {other} at step {step}; steps with unequal numbers: {count}."),
        one=f"{unequal.values[0]:.0f}",
        other=f"{other.values[at]:.0f}",
        step=int(unequal.steps[0]),
        count=len(unequal),
    )


def _found(name: str, bad: Series, says: Message) -> Finding:
    return Finding(
        state=State.FAIL,
        says=says,
        expected=Message(_("As many rows on both sides, joined by an identifier.")),
        looked_at=values_of(name, bad),
        evidence=(evidence(name, bad),),
        causes=(
            Message(
                _(
                    "A record without a prediction, or one that was left out of one list only:"
                    " the same batches are unequal in every pass."
                )
            ),
            Message(
                _(
                    "Lists that are cut to the shorter one, as zip does: data/truncated counts"
                    " what was cut off."
                )
            ),
        ),
        remedy=Message(_("Join both sides by an identifier, and refuse lists of unequal length.")),
        check=say(_("{one} equals {other} at every step."), one=ONE, other=OTHER),
        **span(bad),
    )
