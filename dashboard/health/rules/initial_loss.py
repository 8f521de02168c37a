"""CNV-09."""

from __future__ import annotations

from typing import Any

import numpy as np

from dashboard.health.chance import CANDIDATES, LOSS, SDM_RATIO
from dashboard.health.figures import figure
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

FIRST = 5  # values
USUAL = 0.1  # a temperature that contrastive losses are often given
LOW = Threshold("low", 0.7, low=0, high=1, says=_("Share of chance below which it warns"))
HIGH = Threshold("high", 1.5, low=1, high=100, says=_("Share of chance above which it warns"))


@rule(id="CNV-09", title=_("First loss"), version=2, thresholds=(LOW, HIGH))
def initial_loss(context: Context) -> Finding:
    """An untrained model starts elsewhere than guessing would put it.

    Before anything is learnt a contrastive loss of N candidates is about ln N (1.386 for 4): the
    mean of the first 5 values outside of 0.7 to 1.5 times that points to a scale, targets or a
    definition other than what they are thought to be. It catches in 5 steps what a curve shows
    late: a temperature of 0.005 starts at 17 times chance. Healthy trainings from random weights
    start at 0.99 to 1.16. Read is the region loss, else the SDM loss as a share of its own chance.

    Not applicable to a run that starts from pretrained weights or a checkpoint: it knows something
    already.
    """
    share = _share(context)
    if share is None:
        return unlogged(context, Message(_("No contrastive loss relative to chance is logged.")))
    if context.facts.get("resume/from") or context.fact("weights/coverage", 0.0) > 0:
        return not_applicable(Message(_("It starts from trained weights.")))
    name, values = share
    if len(values) < FIRST:
        says = _("{count} of {needed} values are there.")
        return waiting(values_of(name, values), say(says, count=len(values), needed=FIRST))
    first = values.where(np.arange(len(values)) < FIRST)
    level = float(first.values.mean())
    if context[LOW] <= level <= context[HIGH]:
        says = _("It starts at {share} of chance.")
        return fine(say(says, share=figure(level)), values_of(name, first))
    return _found(context, name, first, level)


def _share(context: Context) -> tuple[str, Series] | None:
    """What is logged of the loss, and its values as a share of chance; None where nothing is."""
    loss, counts = context.curve(LOSS).finite, context.curve(CANDIDATES).finite
    if len(loss) and len(counts):
        chance = np.log(max(2.0, float(np.median(counts.values[:FIRST]))))
        return LOSS, Series(loss.steps, loss.times, loss.values / chance)
    ratio = context.curve(SDM_RATIO).finite
    return (SDM_RATIO, ratio) if len(ratio) else None


def _found(context: Context, name: str, first: Series, level: float) -> Finding:
    high = Message(
        _(
            "Above: a temperature that is too low (a scale that is too high), or targets that are"
            " wrong."
        )
    )
    low = Message(_("Below: duplicates or the answer leak into the inputs."))
    return Finding(
        state=State.WARN,
        says=say(
            _("It starts at {share} of chance, without having learnt anything."),
            share=figure(level),
        ),
        expected=say(
            _("Between {low} and {high} of chance."),
            low=figure(context[LOW]),
            high=figure(context[HIGH]),
        ),
        looked_at=values_of(name, first),
        number=Number(level, _("of chance")),
        evidence=(evidence(name, _drawn(context, name), _level(name)),),
        causes=(high, low) if level > 1 else (low, high),
        remedy=Message(_("Look at one batch: its candidates, its targets, its scale.")),
        patch=_warmer(context) if level > 1 else {},
        check=Message(_("The first values lie near chance.")),
        **span(first),
    )


def _drawn(context: Context, name: str) -> Series:
    points = context.curve(name).finite
    return points.where(np.arange(len(points)) < FIRST)


def _level(name: str) -> Level | None:
    """Chance, where the curve is a share of it."""
    return Level(1.0, Message(_("chance"))) if name != LOSS else None


def _warmer(context: Context) -> dict[str, Any]:
    """A usual temperature for one that is far below it."""
    if 0 < context.setting("temperature_start", USUAL) < USUAL / 2:
        return context.patch(temperature_start=USUAL, temperature_end=USUAL)
    return {}
