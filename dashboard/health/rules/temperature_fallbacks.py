"""CTR-09."""

from __future__ import annotations

from typing import Any

import numpy as np

from dashboard.health.figures import percent
from dashboard.health.rule import (
    Context,
    Finding,
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

FALLBACKS = "sdm/fallbacks"
ENOUGH = Threshold("enough", 100, low=1, high=1_000_000, says=_("Steps it needs before it judges"))
MOST = Threshold(
    "most", 0.01, low=0, high=1, says=_("Share of steps with a fallback above which it warns")
)
NORMALISED = 1 + 1e-3


@rule(id="CTR-09", title=_("Temperature fallbacks"), thresholds=(ENOUGH, MOST))
def temperature_fallbacks(context: Context) -> Finding:
    """The temperature falls back again and again, because the loss has terms that cannot be.

    After a step with a negative or non-finite term the SDM trainer holds a safer temperature for
    some steps. That keeps a run alive and hides why: more fallbacks than 1 % of the steps is a
    warning, after 100 steps. The bound is a choice and not measured; a healthy run has none at all.

    The cause lies with the terms: see the loss below its bound, the target's rows, and non-finite
    losses. A temperature that is meant to move and never does is not looked for here.
    """
    counted = context.curve(FALLBACKS).finite
    if not len(counted):
        return unlogged(context, Message(_("This run counts no temperature fallbacks.")))
    count, steps = _count(counted)
    looked_at = values_of(FALLBACKS, counted)
    number = Number(count / max(1, steps), _("of steps"))
    if steps < context[ENOUGH]:
        says = _("{count} fallbacks in {steps} steps; judged after {needed}.")
        return waiting(looked_at, say(says, count=count, steps=steps, needed=context[ENOUGH]))
    if count <= context[MOST] * steps:
        says = _("{count} fallbacks in {steps} steps.")
        return fine(say(says, count=count, steps=steps), looked_at, number)
    causes, patch = _explain(context)
    points = counted.where(np.diff(counted.values, prepend=0.0) > 0)
    return Finding(
        state=State.WARN,
        says=say(
            _("The temperature fell back {count} times in {steps} steps, {share}."),
            count=count,
            steps=steps,
            share=percent(count / steps),
        ),
        expected=say(_("None; at most {most} of the steps."), most=percent(context[MOST])),
        looked_at=looked_at,
        number=number,
        evidence=(evidence(FALLBACKS, points),),
        causes=causes,
        remedy=Message(
            _("Mend the terms that are negative or not finite; do not raise the limit.")
        ),
        patch=patch,
        check=say(_("{name} stays 0."), name=FALLBACKS),
        **span(points if len(points) else counted),
    )


def _count(counted: Series) -> tuple[int, int]:
    """Fallbacks so far, and the steps that they were counted over; resumed counts go on."""
    most = float(np.clip(counted.values.max(), 0, 1e9))
    return round(most), int(counted.steps.max() - counted.steps.min()) + 1


def _explain(context: Context) -> tuple[tuple[Message, ...], dict[str, Any]]:
    sums = context.curve("sdm/target_row_sum_max").finite.values
    negative = context.total("sdm/negative_terms")
    if negative and len(sums) and sums.max() > NORMALISED:
        rows = _("{count} negative terms: rows of the target do not sum to one.")
        return (say(rows, count=negative),), context.patch(target_rows="normalised")
    if negative:
        return (say(_("{count} negative terms of the loss."), count=negative),), {}
    broken = Message(_("Terms that are not finite: the loss in half precision, or zero vectors."))
    return (broken,), context.patch(loss_precision="fp32")
