"""NUM-07."""

from __future__ import annotations

import math

import numpy as np

from dashboard.health.figures import figure
from dashboard.health.readings import comparable, rate_times, warmup_steps
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
    remarked,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import fine, span, values_of
from dashboard.health.spikes import JUMP, SPREADS, WINDOW, Spike, find
from dashboard.metrics.series import Series

_ = gettext_noop

LOSS, NORM = "train/loss", "train/grad_norm"
NEWEST = 2000  # values that are searched
START = 20  # whose mean is where the loss started
OF_START = Threshold(
    "of_start",
    0.3,
    low=0,
    high=100,
    says=_("Share of the starting loss below which a jump does not matter"),
)
OFTEN = Threshold(
    "often", 0.01, low=0, high=1, says=_("Share of steps with passing spikes above which it warns")
)
SLOWER = 3.0  # the learning rate's divisor in the offer
PASSING = Message(
    _("A remark: the loss came back by itself, as it does after a batch that is hard or bad.")
)


@rule(id="NUM-07", title=_("Spikes of the loss"), thresholds=(SPREADS, JUMP, OF_START, OFTEN))
def loss_spike(context: Context) -> Finding:
    """The loss jumps far above what the steps before it lead to expect.

    The logarithm of the loss is compared with the median of the 64 values before: a spike is more
    than 4.5 times their spread above it (the larger of the median absolute deviation, the upper
    tail and 2 %), by more than 25 % of the level and 30 % of where the loss started, with a
    gradient norm that rose as well where it is logged. One at which the loss came back within 32
    values is a remark only; one that lingers is a warning, and so are transient ones in more than
    1 % of the newest 2000 steps, which are those that are searched. A loss that stays up for good
    is another rule's (CNV-06).

    What is known to raise the loss does not count: warm-up, and a change of the number of
    candidates. Simulated at one false alarm in 100,000 steps, and without the two limits on its
    size, it found 54 % of doublings of one step and 80 % of fourfold jumps: no detector on one
    curve finds them all. Values of 0 and below have no logarithm and are left out.
    """
    curve = context.curve(LOSS).finite
    if not len(curve):
        return unlogged(context, Message(_("No training loss is logged.")))
    since = max(warmup_steps(context) + 1, comparable(context).since)
    loss = curve.between(since, math.inf).last(NEWEST)
    if len(loss) <= WINDOW:
        says = _("{count} of {needed} comparable values are there.")
        told = say(says, count=len(loss), needed=WINDOW + 1)
        return waiting(values_of(LOSS, curve), told)
    norm = context.curve(NORM).finite.between(int(loss.steps[0]), math.inf)
    least = context[OF_START] * float(curve.values[:START].mean())
    found = find(context, loss, norm, least)
    if not found:
        return fine(Message(_("No spike among the newest values.")), values_of(LOSS, loss))
    return _found(context, loss, found)


def _found(context: Context, loss: Series, found: list[Spike]) -> Finding:
    lingering = [spike for spike in found if spike.lingers]
    worst = max(lingering or found, key=lambda spike: spike.value / spike.expected)
    points = loss.where(np.isin(loss.steps, [spike.step for spike in found]))
    finding = Finding(
        state=State.WARN,
        says=_says(found, lingering, worst),
        expected=say(
            _("{expected}, the median of the {count} values before."),
            expected=figure(worst.expected),
            count=WINDOW,
        ),
        looked_at=values_of(LOSS, loss),
        number=Number(worst.value / worst.expected, _("times the level before")),
        evidence=(evidence(LOSS, points, Level(worst.expected, Message(_("level before")))),),
        causes=(
            Message(
                _(
                    "A bad batch: the loss is back within a few steps. Look at what was in it; it"
                    " may be harmless later."
                )
            ),
            Message(_("A learning rate that is too high: spikes become more and larger.")),
        ),
        remedy=Message(_("Look at the batch, or start again from before the spike without it.")),
        patch=rate_times(context, 1 / SLOWER) if lingering else {},
        check=Message(
            _("No spike at the same step with another seed, or with the batch left out.")
        ),
        **span(points),
    )
    often = len(found) > context[OFTEN] * len(loss)
    return finding if lingering or often else remarked(finding, PASSING)


def _says(found: list[Spike], lingering: list[Spike], worst: Spike) -> Message:
    text = _("Spikes: {count}, the highest at step {step} with {value} instead of {expected}.")
    if lingering:
        text = _("A spike at step {step}, {value} instead of {expected}, and the loss stays up.")
    return say(
        text,
        count=len(found),
        step=worst.step,
        value=figure(worst.value),
        expected=figure(worst.expected),
    )
