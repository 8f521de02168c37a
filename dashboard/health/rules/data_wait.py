"""THR-02."""

from __future__ import annotations

import numpy as np

from dashboard.health.figures import percent
from dashboard.health.readings import on_cpu
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
from dashboard.health.seen import aligned, fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

STEP, DATA = "time/step", "time/data"
FIRST = 5  # steps that start workers and fill caches
ENOUGH = Threshold("enough", 50, low=1, high=1_000_000, says=_("Steps it needs before it judges"))
WINDOW = Threshold(
    "window", 200, low=1, high=1_000_000, says=_("Newest steps whose median is judged")
)
# TF's profiler: up to 5 % is no input-bound step, from 20 % it highly is
WARN = Threshold("warn", 0.05, low=0, high=1, says=_("Share of a step at which it warns"))
FAIL = Threshold("fail", 0.2, low=0, high=1, says=_("Share of a step at which it fails"))


@rule(id="THR-02", title=_("Waiting for data"), thresholds=(WARN, FAIL, ENOUGH, WINDOW))
def data_wait(context: Context) -> Finding:
    """The step waits for its batch: the accelerator stands idle meanwhile.

    The median share of `time/data` in `time/step` over the newest 200 steps, leaving out the first
    5. From 5 % it is a warning and from 20 % a failure: the cut-offs of TensorFlow's profiler for
    an accelerator that waits. On the CPU, where loading and computing share the same cores and
    nothing stands idle, only 20 % is a warning.

    The times are those of the trainer's own clock; it has to wait for the GPU before it reads it,
    or waiting for data hides in computing. What makes loading slow is not looked into.
    """
    data, step = aligned(context.curve(DATA), context.curve(STEP))
    if not len(data):
        return unlogged(context, Message(_("The time of a step and of its data is not logged.")))
    known = step.values > 0
    share = Series(data.steps[known], data.times[known], data.values[known] / step.values[known])
    judged = share.where(np.arange(len(share)) >= FIRST)
    if len(judged) < context[ENOUGH]:
        says = _("{count} of {needed} steps after the first {first}.")
        told = say(says, count=len(judged), needed=context[ENOUGH], first=FIRST)
        return waiting(say(_("{count} values of {name}"), count=len(share), name=DATA), told)
    newest = judged.last(context[WINDOW])
    level = float(np.median(newest.values))
    state = _state(context, level)
    looked_at, number = values_of(DATA, newest), Number(level, _("of a step"))
    if state == State.PASS:
        says = _("{share} of a step goes into waiting for data.")
        return fine(say(says, share=percent(level)), looked_at, number)
    return _found(context, state, newest, number)


def _state(context: Context, level: float) -> State:
    slow = level >= context[FAIL]
    if on_cpu(context):
        return State.WARN if slow else State.PASS
    if slow:
        return State.FAIL
    return State.WARN if level >= context[WARN] else State.PASS


def _found(context: Context, state: State, newest: Series, number: Number) -> Finding:
    raw = context.curve(DATA).finite.between(int(newest.steps[0]), np.inf)
    times = context.curve(STEP).finite.between(int(newest.steps[0]), np.inf)
    allowed = context[WARN] * float(np.median(times.values))
    return Finding(
        state=state,
        says=say(_("{share} of a step goes into waiting for data."), share=percent(number.value)),
        expected=say(
            _("Less than {most}."), most=percent(context[FAIL if on_cpu(context) else WARN])
        ),
        looked_at=values_of(DATA, newest),
        number=number,
        evidence=(
            evidence(
                DATA, raw, Level(allowed, say(_("{share} of a step"), share=percent(context[WARN])))
            ),
            evidence(STEP, times),
        ),
        causes=(
            Message(
                _(
                    "Reading and decoding are slower than a step, with too few loading processes:"
                    " the share is high in every pass."
                )
            ),
            Message(_("A slow disk or network: the share is high in the first pass only.")),
        ),
        remedy=Message(_("Load ahead in other processes, decode once, or keep the data nearer.")),
        check=say(
            _("The median of {name} falls below {most} of a step."),
            name=DATA,
            most=percent(context[WARN]),
        ),
        **span(newest),
    )
