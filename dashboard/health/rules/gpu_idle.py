"""RES-01."""

from __future__ import annotations

import numpy as np

from dashboard.health.compared import ill, told
from dashboard.health.figures import figure, percent
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    Threshold,
    gettext_noop,
    not_applicable,
    rule,
    say,
    waiting,
)
from dashboard.health.seen import fine
from dashboard.metrics.series import Series

_ = gettext_noop

ENDING = "/utilisation"
ENOUGH = Threshold("enough", 30, low=5, high=720, says=_("Readings it needs, one each ten seconds"))
BUSY = Threshold(
    "busy", 70.0, low=0, high=100, says=_("Per cent that the busiest twentieth must reach")
)
IDLE = Threshold(
    "idle", 10.0, low=0, high=100, says=_("Per cent that the idlest twentieth must reach")
)
FEATURES = 0.3  # of a step: an encoder that runs beside the training


@rule(id="RES-01", title=_("Idle GPU"), weight="remark", thresholds=(ENOUGH, BUSY, IDLE))
def gpu_idle(context: Context) -> Finding:
    """The GPU stands idle for much of the training.

    Of the driver's readings while steps were logged, every ten seconds and two hours of them at
    most, the 95th percentile of the utilisation lies below 70 %, or the 5th below 10 %: the
    cut-offs of SageMaker's rules, borrowed and not measured here. It speaks after 5 minutes.

    The driver counts any kernel as busy, however small, so high utilisation is no proof of speed.
    Small models leave a large GPU idle without a fault; that is why it is a remark. Which part of a
    step the GPU waits for is named from the trainer's clock.
    """
    readings = {n: c.finite for n, c in context.system.items() if n.endswith(ENDING)}
    readings = {name: _training(context, curve) for name, curve in readings.items() if len(curve)}
    if not readings:
        return not_applicable(Message(_("No use of a GPU is read for this run.")))
    name, seen = max(readings.items(), key=lambda item: len(item[1]))
    looked_at = say(_("{count} readings of {name}"), count=len(seen), name=name)
    if len(seen) < context[ENOUGH]:
        says = _("{count} of {needed} readings, one each ten seconds, while it trained.")
        return waiting(looked_at, say(says, count=len(seen), needed=context[ENOUGH]))
    judged = {n: c for n, c in readings.items() if len(c) >= context[ENOUGH]}
    name = min(judged, key=lambda n: float(np.quantile(judged[n].values, 0.95)))
    return _finding(context, name, judged[name])


def _training(context: Context, curve: Series) -> Series:
    """The readings of the time in which steps were logged; none before the second."""
    times = context.curve("train/loss").times
    if len(times) < 2:
        return curve.last(0)
    return curve.where((curve.times >= times.min()) & (curve.times <= times.max()))


def _finding(context: Context, name: str, seen: Series) -> Finding:
    low, high = (float(np.quantile(seen.values, share)) for share in (0.05, 0.95))
    looked_at = say(_("{count} readings of {name}"), count=len(seen), name=name)
    number = Number(high, _("% (95th percentile)"))
    says = say(
        _("{name}: between {low} % and {high} % in nine tenths of the readings."),
        name=name,
        low=figure(low),
        high=figure(high),
    )
    if high >= context[BUSY] and low >= context[IDLE]:
        return fine(says, looked_at, number)
    return Finding(
        state=State.WARN,
        says=says,
        expected=say(
            _("At least {busy} % at the busiest twentieth, and {idle} % at the idlest."),
            busy=figure(context[BUSY]),
            idle=figure(context[IDLE]),
        ),
        looked_at=looked_at,
        number=number,
        causes=_causes(context),
        remedy=Message(_("Mend what the GPU waits for; else a larger batch or a smaller GPU.")),
        check=Message(_("The 95th percentile of the utilisation rises above the cut-off.")),
    )


def _causes(context: Context) -> tuple[Message, ...]:
    found = []
    if ill(waits := context.verdicts.get("data_wait")) and waits is not None:
        found.append(say(_("It waits for data: {wait}"), wait=told(waits, "says")))
    step, part = (context.curve(f"time/{n}").finite.values for n in ("step", "features"))
    if len(step) and len(part) and np.median(step) > 0:
        share = float(np.median(part) / np.median(step))
        if share >= FEATURES:
            says = _("It waits for features: {share} of a step computes or reads them.")
            found.append(say(says, share=percent(share)))
    small = Message(
        _("The model or batch is small for this GPU: no time of a step goes into waiting.")
    )
    return (*found, small)
