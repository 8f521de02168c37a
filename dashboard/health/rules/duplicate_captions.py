"""DAT-05, for captions that read alike."""

from __future__ import annotations

import math

import numpy as np

from dashboard.health.figures import figure
from dashboard.health.readings import comparable
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
from dashboard.health.seen import fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

DUPLICATES, MASKED = "region/duplicates", "region/duplicates_masked"
ENOUGH = Threshold("enough", 50, low=1, high=1_000_000, says=_("Values it needs before it judges"))
MOST = Threshold(
    "most",
    0.05,
    low=0,
    high=1000,
    says=_("Candidates that read like the right answer, for each region, above which it warns"),
)


@rule(id="DAT-05", title=_("Captions that read alike"), version=2, thresholds=(ENOUGH, MOST))
def duplicate_captions(context: Context) -> Finding:
    """Candidates that read like the right answer are counted as wrong ones.

    Where two regions bear the same phrase, each one's phrase is a right answer for both. A
    contrastive loss that knows only the diagonal pushes them apart: with d such candidates a
    region's loss cannot fall below ln(1 + d), and the model is trained against its own answers. A
    bank makes it worse, as it holds more phrases.

    Read is the mean number of such candidates for each region, `region/duplicates`, less those that
    the loss really masked, `region/duplicates_masked`; where that is not counted, the configuration
    says whether they are. More than 0.05 that are not masked is a warning, after 50 values since
    the number of candidates last changed. The bound is a choice: one duplicate for one region in
    twenty. Phrases that mean the same and read differently are not seen.
    """
    counted = context.curve(DUPLICATES).finite
    if not len(counted):
        return unlogged(
            context, Message(_("Captions that read alike are not counted in this run."))
        )
    judged = counted.between(comparable(context).since, math.inf)
    if len(judged) < context[ENOUGH]:
        says = _("{count} of {needed} values since the number of candidates last changed.")
        told = say(says, count=len(judged), needed=context[ENOUGH])
        return waiting(values_of(DUPLICATES, counted), told)
    alike = float(judged.values.mean())
    level = alike - _masked(context, judged, alike)
    if level > context[MOST]:
        return _found(context, judged, level)
    number = Number(max(0.0, level), _("for each region"))
    says = _("{count} candidates for each region read like the right answer; none counts wrong.")
    if alike <= context[MOST]:
        says = _("Hardly any candidate reads like the right answer: {count} for each region.")
    return fine(say(says, count=figure(alike)), values_of(DUPLICATES, judged), number)


def _masked(context: Context, judged: Series, alike: float) -> float:
    """How many of them the loss left out: as it was counted, else as the configuration says."""
    counted = context.curve(MASKED).finite.between(int(judged.steps[0]), math.inf).values
    if len(counted):
        return float(counted.mean())
    return 0.0 if context.config.get("mask_duplicates") is False else alike


def _found(context: Context, judged: Series, level: float) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("{count} candidates for each region read like the right answer and count as wrong."),
            count=figure(level),
        ),
        expected=say(
            _("None: with {count} of them the region loss stays above about {floor}."),
            count=figure(level),
            floor=figure(float(np.log1p(level))),
        ),
        looked_at=values_of(DUPLICATES, judged),
        number=Number(level, _("for each region")),
        evidence=(evidence(DUPLICATES, judged, Level(0.0, Message(_("none")))),),
        causes=(_cause(context),),
        remedy=Message(_("Mask candidates that read like the right answer out of the negatives.")),
        patch=context.patch(mask_duplicates=True),
        check=Message(_("The region loss falls, and recall@1 rises.")),
        **span(judged),
    )


def _cause(context: Context) -> Message:
    if context.config.get("mask_duplicates") is True and len(context.curve(MASKED)):
        return Message(
            _("The mask is configured and leaves nothing out: region/duplicates_masked is too low.")
        )
    return Message(_("Duplicates are not masked out of the negatives."))
