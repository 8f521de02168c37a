"""THR-03."""

from __future__ import annotations

import numpy as np

from dashboard.health.figures import figure
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

_ = gettext_noop

STEP = "time/step"
ENOUGH = Threshold("enough", 10, low=6, high=100_000, says=_("Steps it needs before it judges"))
FIRST = 5  # of them are the start
# SageMaker's limit for the time to the first step
LONG = Threshold(
    "long",
    1200.0,
    low=0,
    high=1_000_000,
    says=_("Seconds of the first step above which it remarks"),
)


@rule(id="THR-03", title=_("First step"), weight="remark", thresholds=(ENOUGH, LONG))
def slow_start(context: Context) -> Finding:
    """The first step takes very long, or is taken for all of them.

    A first step loads, compiles and fills caches: it is not what a step takes. A report's 562 s a
    batch was a first batch. The median of steps 6 and on is shown beside it; a first step of more
    than 20 minutes is remarked on (the limit is SageMaker's, borrowed).

    What happens before the first step, such as loading the model, is not timed.
    """
    step = context.curve(STEP).finite
    if not len(step):
        return unlogged(context, Message(_("The time of a step is not logged.")))
    if len(step) < context[ENOUGH]:
        says = _("{count} of {needed} steps seen.")
        return waiting(values_of(STEP, step), say(says, count=len(step), needed=context[ENOUGH]))
    first, usual = float(step.values[0]), float(np.median(step.values[FIRST:]))
    says = _("The first step took {first} s; the median after the first {count} is {usual} s.")
    told = say(says, first=figure(first), count=FIRST, usual=figure(usual))
    number = Number(first, _("s"))
    if first <= context[LONG]:
        return fine(told, values_of(STEP, step), number)
    start = step.where(np.arange(len(step)) < FIRST)
    return Finding(
        state=State.WARN,
        says=told,
        expected=say(_("Less than {minutes} minutes."), minutes=figure(context[LONG] / 60)),
        looked_at=values_of(STEP, step),
        number=number,
        evidence=(evidence(STEP, start),),
        causes=(Message(_("Compiling, a cold cache, or data that is read from afar at first.")),),
        remedy=Message(_("Keep what is compiled and cached between runs.")),
        check=Message(_("The first step of the next run is shorter.")),
        **span(start),
    )
