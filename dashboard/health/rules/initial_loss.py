"""CNV-09."""

from __future__ import annotations

import numpy as np

from dashboard.health.chance import CANDIDATES, LOSS
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
LOW = Threshold("low", 0.7, low=0, high=1, says=_("Share of chance below which it remarks"))
HIGH = Threshold("high", 1.5, low=1, high=100, says=_("Share of chance above which it remarks"))


@rule(id="CNV-09", title=_("First loss"), weight="remark", thresholds=(LOW, HIGH))
def initial_loss(context: Context) -> Finding:
    """An untrained model starts elsewhere than guessing would put it.

    Before anything is learnt a contrastive loss of N candidates is about ln N (1.386 for 4): the
    mean of the first 5 values outside of 0.7 to 1.5 times that points to a scale, targets or a
    definition other than what they are thought to be. It catches in 5 steps what a curve shows
    late.

    Not applicable to a run that starts from pretrained weights or a checkpoint: it knows something
    already. A remark, as it is not measured on real runs; only the region loss is compared.
    """
    loss, counts = context.curve(LOSS).finite, context.curve(CANDIDATES).finite
    if not len(loss) or not len(counts):
        return unlogged(
            context, Message(_("No region loss with its number of candidates is logged."))
        )
    if context.facts.get("resume/from") or context.fact("weights/coverage", 0.0) > 0:
        return not_applicable(Message(_("It starts from trained weights.")))
    if len(loss) < FIRST:
        says = _("{count} of {needed} values are there.")
        return waiting(values_of(LOSS, loss), say(says, count=len(loss), needed=FIRST))
    first = loss.where(np.arange(len(loss)) < FIRST)
    chance = float(np.log(max(2.0, float(np.median(counts.values[:FIRST])))))
    share = float(first.values.mean()) / chance
    if context[LOW] <= share <= context[HIGH]:
        says = _("It starts at {share} of chance, {chance}.")
        return fine(say(says, share=figure(share), chance=figure(chance)), values_of(LOSS, first))
    return _found(context, first, share, chance)


def _found(context: Context, first: Series, share: float, chance: float) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("It starts at {share} of chance, {chance}, without having learnt anything."),
            share=figure(share),
            chance=figure(chance),
        ),
        expected=say(
            _("Between {low} and {high} of chance."),
            low=figure(context[LOW]),
            high=figure(context[HIGH]),
        ),
        looked_at=values_of(LOSS, first),
        number=Number(share, _("of chance")),
        evidence=(evidence(LOSS, first, Level(chance, Message(_("chance")))),),
        causes=(
            Message(_("Below: duplicates or the answer leak into the inputs.")),
            Message(_("Above: a scale that is too high, or targets that are wrong.")),
        ),
        remedy=Message(_("Look at one batch: its candidates, its targets, its scale.")),
        check=Message(_("The first values lie near chance.")),
        **span(first),
    )
