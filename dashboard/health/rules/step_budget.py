"""THR-05."""

from __future__ import annotations

import numpy as np

from dashboard.health.figures import figure, percent
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
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

STEP = "time/step"
FIRST = 5  # steps that load and compile: never judged
ENOUGH = Threshold("enough", 5, low=1, high=1_000_000, says=_("Steps after the first 5 it needs"))
BUDGET = Threshold(
    "budget", 0.0, low=0, high=1_000_000, says=_("Seconds that a step may take (0: no budget)")
)
NEWEST = 200  # steps whose median is judged
PARTS = {
    "time/data": _("waiting for data"),
    "time/features": _("computing features"),
    "time/transfer": _("moving batches to the device"),
    "time/forward": _("the forward pass"),
    "time/backward": _("the backward pass"),
    "time/optimizer": _("the optimizer"),
}


@rule(id="THR-05", title=_("Time budget"), thresholds=(ENOUGH, BUDGET))
def step_budget(context: Context) -> Finding:
    """A step takes longer than the time that somebody allowed it.

    The budget is the run's own setting `step_budget`, or else the project's for this rule; without
    one the rule is not applicable, as no time is right for every model. The median of the newest
    200 steps after the first 5 is compared with it, and more is a warning: it is the limit of who
    set it, so there is no false alarm to measure. A report wished for "< 10 s a batch" and judged
    by 562 s of a first batch, which loads and compiles.

    Where the trainer times its parts, the largest are named, as what to shorten first. Whether a
    step became slower is another rule's question.
    """
    budget = context.setting("step_budget", 0.0) or context[BUDGET]
    if budget <= 0:
        return not_applicable(Message(_("No time budget is set for a step.")))
    times = context.curve(STEP).finite
    if not len(times):
        return unlogged(context, Message(_("The time of a step is not logged.")))
    judged = times.where(np.arange(len(times)) >= FIRST).last(NEWEST)
    if len(judged) < context[ENOUGH]:
        says = _("{count} of {needed} steps after the first {first}.")
        seen = say(says, count=len(judged), needed=context[ENOUGH], first=FIRST)
        return waiting(values_of(STEP, times), seen)
    usual = float(np.median(judged.values))
    number, looked_at = Number(usual, _("s")), values_of(STEP, judged)
    told = say(
        _("A step takes {usual} s by its median; {budget} s are allowed."),
        usual=figure(usual),
        budget=figure(budget),
    )
    if usual <= budget:
        return fine(told, looked_at, number)
    return Finding(
        state=State.WARN,
        says=told,
        expected=say(_("At most {budget} s, the budget that was set."), budget=figure(budget)),
        looked_at=looked_at,
        number=number,
        evidence=(evidence(STEP, judged, Level(budget, Message(_("budget")))),),
        causes=_causes(context, judged, usual),
        remedy=Message(_("Shorten the part that takes longest.")),
        check=say(
            _("The median of {name} is at most {budget} s."), name=STEP, budget=figure(budget)
        ),
        **span(judged),
    )


def _causes(context: Context, judged: Series, usual: float) -> tuple[Message, ...]:
    """The parts of a step that take a fifth of it or more, the longest first."""
    shares = {}
    for name in PARTS:
        part = context.curve(name).finite.between(int(judged.steps[0]), np.inf)
        if len(part) and usual > 0:
            shares[name] = float(np.median(part.values)) / usual
    largest = sorted((name for name in shares if shares[name] >= 0.2), key=lambda n: -shares[n])
    if not largest:
        return (Message(_("The parts of a step are not timed: which one is long is not known.")),)
    return tuple(
        say(
            _("{share} of a step is {part} ({name})."),
            share=percent(shares[name]),
            part=Message(PARTS[name]),
            name=name,
        )
        for name in largest
    )
