"""CNV-07."""

from __future__ import annotations

import numpy as np

from dashboard.health.figures import figure, percent
from dashboard.health.readings import rate_times
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
from dashboard.health.trend import LOSS, judged_loss
from dashboard.metrics.series import Floats, Series

_ = gettext_noop

ENOUGH = Threshold("enough", 200, low=20, high=10_000, says=_("Newest values it needs, and judges"))
AROUND = 11  # values whose median is the level that a value swings around
ALIKE = Threshold(
    "alike",
    -0.5,
    low=-1,
    high=0,
    says=_("Correlation of neighbours at or below which the loss swings"),
)
AMPLITUDE = Threshold(
    "amplitude",
    0.2,
    low=0,
    high=10,
    says=_("Swing, as a share of the level, above which it remarks"),
)
SLOWER = 3.0


@rule(id="CNV-07", title=_("Oscillation"), weight="remark", thresholds=(ENOUGH, ALIKE, AMPLITUDE))
def oscillation(context: Context) -> Finding:
    """The loss jumps up and down from step to step instead of settling.

    The newest 200 values less their running median of 11: a correlation of neighbours of −0.5 or
    lower and swings (the standard deviation times √2) of more than 20 % of the level. Noise of
    minibatches has a correlation of about 0 or above, and counting changes of sign would only
    measure that noise. A forgotten zero_grad and a learning rate at the edge of stability look so.

    A remark, as it is not measured on real runs. Slow waves, as of an epoch, are not looked for.
    """
    if not len(context.curve(LOSS)):
        return unlogged(context, Message(_("No training loss is logged.")))
    loss = judged_loss(context).last(context[ENOUGH])
    if len(loss) < context[ENOUGH]:
        says = _("{count} of {needed} comparable values are there.")
        looked_at = say(_("{count} comparable values of {name}"), count=len(loss), name=LOSS)
        return waiting(looked_at, say(says, count=len(loss), needed=context[ENOUGH]))
    rest = _rest(loss.values)
    level = abs(float(np.median(loss.values)))
    swing = float(rest.std()) * np.sqrt(2)
    alike = _neighbours(rest)
    if alike > context[ALIKE] or swing <= context[AMPLITUDE] * level:
        says = _("No oscillation: neighbouring values correlate by {alike}.")
        return fine(say(says, alike=figure(alike)), values_of(LOSS, loss))
    return _found(context, loss, alike, swing / max(level, 1e-12))


def _rest(values: Floats) -> Floats:
    half = AROUND // 2
    padded = np.pad(values, half, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, AROUND)
    rest: Floats = values - np.median(windows, axis=1)
    return rest


def _neighbours(rest: Floats) -> float:
    centred = rest - rest.mean()
    power = float((centred**2).sum())
    return float((centred[1:] * centred[:-1]).sum()) / power if power > 0 else 0.0


def _found(context: Context, loss: Series, alike: float, share: float) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("The loss swings by {share} of its level from step to step (correlation {alike})."),
            share=percent(share),
            alike=figure(alike),
        ),
        expected=Message(_("Neighbouring values that are independent or alike.")),
        looked_at=values_of(LOSS, loss),
        number=Number(alike, _("correlation of neighbours")),
        evidence=(evidence(LOSS, loss),),
        causes=(
            Message(_("A learning rate at the edge of stability, or too much momentum.")),
            Message(_("Gradients that are not set to zero between steps.")),
            Message(_("Two kinds of batches that take turns.")),
        ),
        remedy=Message(_("Lower the learning rate; see that gradients are zeroed.")),
        patch=rate_times(context, 1 / SLOWER),
        check=Message(_("Neighbouring values no longer take turns.")),
        **span(loss),
    )
