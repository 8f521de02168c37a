"""THR-04."""

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
    not_applicable,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import fine, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

LOSS = "train/loss"
ENOUGH = Threshold("enough", 20, low=2, high=1_000_000, says=_("Steps it needs before it judges"))
LEAST = Threshold(
    "least", 300.0, low=0, high=1_000_000, says=_("Seconds without a value that are never a stall")
)
NEWEST = 1000  # values whose pauses tell what is usual
A_CLOCK = 1e9  # seconds since 1970: smaller times are steps or seconds since the start
# the 99th percentile of the pauses so far, evaluations and checkpoints included
TIMES = Threshold(
    "times", 10.0, low=1, high=100_000, says=_("Times the usual longest pause after which it fails")
)


@rule(id="THR-04", title=_("Stall"), version=2, thresholds=(ENOUGH, LEAST, TIMES))
def stall(context: Context) -> Finding:
    """A run that is still going has sent no value for far longer than it ever took.

    The time since the newest value of any curve is compared with the pauses between the newest 1000
    values of the loss, evaluations and checkpoints included: longer than ten times their 99th
    percentile, and than five minutes, is a failure. It speaks after 20 steps.

    It is judged when the run is looked at. A process that hangs while it still logs is not seen; a
    process that died is seen by the worker, not here. An ended run is not applicable.
    """
    if context.over:
        return not_applicable(Message(_("The run has ended.")))
    loss = context.curve(LOSS)
    newest = max((float(c.times.max()) for c in context.curves.values() if len(c)), default=0.0)
    if context.now is None or not len(loss) or newest < A_CLOCK:
        return unlogged(context, Message(_("When its values arrived is not known.")))
    if len(loss) < context[ENOUGH]:
        says = _("{count} of {needed} steps seen.")
        return waiting(values_of(LOSS, loss), say(says, count=len(loss), needed=context[ENOUGH]))
    silent = context.now - newest
    usual = float(np.quantile(np.diff(np.sort(loss.last(NEWEST).times)), 0.99))
    most = max(context[LEAST], context[TIMES] * usual)
    if silent > most:
        return _found(context, loss, silent, most)
    says = _("The newest value is {silent} s old; up to {most} s are usual.")
    number = Number(silent, _("s"))
    return fine(
        say(says, silent=f"{silent:.0f}", most=f"{most:.0f}"), values_of(LOSS, loss), number
    )


def _found(context: Context, loss: Series, silent: float, most: float) -> Finding:
    return Finding(
        state=State.FAIL,
        says=say(
            _("No value for {minutes} minutes, since step {step}."),
            minutes=figure(silent / 60),
            step=int(loss.steps[-1]),
        ),
        expected=say(
            _(
                "A value within {most} s: {times} times its longest usual pause, {least} s at"
                " least."
            ),
            most=f"{most:.0f}",
            times=figure(context[TIMES]),
            least=figure(context[LEAST]),
        ),
        looked_at=values_of(LOSS, loss),
        number=Number(silent, _("s")),
        since_step=int(loss.steps[-1]),
        evidence=(evidence(LOSS, loss.last(context[ENOUGH])),),
        causes=(
            Message(
                _(
                    "A loading process, a lock or another process's message is waited for: the"
                    " process lives, and hardly uses a processor (cpu/run)."
                )
            ),
            Message(
                _(
                    "The machine is gone, or cannot reach this server any more: readings of the"
                    " host do not arrive either."
                )
            ),
        ),
        remedy=Message(_("Look at the log and the process; stop the run and resume it.")),
        check=Message(_("New values arrive.")),
    )
