"""CTR-06."""

from __future__ import annotations

import numpy as np

from dashboard.health.boxes import total
from dashboard.health.diagnosis import Diagnosis
from dashboard.health.figures import figure, percent
from dashboard.health.readings import rate_times
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    Number,
    State,
    evidence,
    gettext_noop,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.seen import ONE_CHANGE, aligned, fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

RANK, LIMIT = "/effective_rank", "effective_rank_limit"
COLLAPSED = 0.3  # of what it could be; healthy pilot runs 0.59-0.79, collapsed ones 0.14-0.23
ENOUGH = 50  # values
VALUES = 20  # whose mean is judged
EVALUATIONS = 2  # such means in a row must agree
SLOWER = 10.0


@rule(id="CTR-06", title=_("Collapse of the embeddings"))
def collapse(context: Context) -> Finding:
    """Embeddings of one kind fall together into few directions.

    The effective rank, exp of the entropy of the normalised singular values (RankMe), counts the
    directions that a batch's embeddings use; it cannot exceed min(width, rows − 1). Each modality
    is judged on its own: a cosine between modalities did not show collapse at all in the pilot, as
    two kinds can collapse to two different points. Below 0.3 of the limit by the mean of 20 values,
    twice in a row, after 50 values, is a failure: healthy pilot runs had 0.59 to 0.79 and collapsed
    ones 0.14 to 0.23, and trainings of this product's presets stay above 0.5.

    The rank is that of training batches: one with few different persons or phrases has a low rank
    without any collapse. Ranks of other models or batch sizes cannot be compared with each other.
    """
    ranks = _shares(context)
    if not ranks:
        return unlogged(context, Message(_("No effective rank with its limit is logged.")))
    name, share = min(ranks.items(), key=lambda item: float(item[1].last(VALUES).values.mean()))
    looked_at = values_of(name, share)
    if len(share) < ENOUGH:
        says = _("{count} of {needed} values of the effective rank are there.")
        return waiting(looked_at, say(says, count=len(share), needed=ENOUGH))
    level = float(share.last(VALUES).values.mean())
    if all(_mean(share, back) < COLLAPSED for back in range(EVALUATIONS)):
        return _found(context, name, share, level)
    says = _("The narrowest embeddings ({name}) use {share} of the directions that they could.")
    number = Number(level, _("of its limit"))
    return fine(say(says, name=name, share=percent(level)), looked_at, number)


def _shares(context: Context) -> dict[str, Series]:
    """Each effective rank as a share of what it could be."""
    shares = {}
    for name, rank in context.named("", RANK).items():
        rank, limit = aligned(rank, _limit(context, name))
        known = limit.values >= 1
        if known.any():
            kept = rank.where(known)
            shares[name] = Series(kept.steps, kept.times, kept.values / limit.values[known])
    return shares


def _limit(context: Context, name: str) -> Series:
    """The limit that is logged beside it: sdm/effective_rank_limit for sdm/text/effective_rank."""
    group = name.split("/")[0]
    own = context.curve(f"{group}/{LIMIT}")
    return own if len(own) else context.curve(f"region/{LIMIT}" if group == "text" else "")


def _mean(share: Series, back: int) -> float:
    end = len(share) - back * VALUES
    return float(share.values[max(0, end - VALUES) : end].mean())


def _why(context: Context) -> Diagnosis:
    """Causes, most likely first, with the change that answers the first of them."""
    usual = (
        Message(_("A learning rate that is too high: the rank fell within a few steps.")),
        Message(_("No or few negatives: nothing keeps embeddings apart.")),
        Message(_("A common part in all embeddings, as a bias adds it.")),
    )
    shared = total(context.curve("sdm/missing_in_loss"))
    if not shared:
        return Diagnosis(usual, rate_times(context, 1 / SLOWER))
    null = say(_("{count} rows of missing modalities are one null vector."), count=shared)
    return Diagnosis((null, *usual), context.patch(mask_missing=True))


def _found(context: Context, name: str, share: Series, level: float) -> Finding:
    why = _why(context)
    rank = context.curve(name).finite
    below = share.where(share.values < COLLAPSED)
    limit = float(np.median(_limit(context, name).finite.values))
    return Finding(
        state=State.FAIL,
        says=say(
            _("The embeddings collapse: {name} is {rank}, {share} of the {limit} it could be."),
            name=name,
            rank=figure(float(rank.last(VALUES).values.mean())),
            share=percent(level),
            limit=f"{limit:.0f}",
        ),
        expected=say(
            _("Above {least} of the limit; healthy runs have 0.5 and more."),
            least=figure(COLLAPSED),
        ),
        looked_at=values_of(name, share),
        number=Number(level, _("of its limit")),
        evidence=(
            evidence(name, rank, Level(COLLAPSED * limit, Message(_("collapsed below this")))),
        ),
        remedy=ONE_CHANGE,
        causes=why.causes,
        patch=why.patch,
        check=say(
            _("{name} stays above {least} of its limit."), name=name, least=figure(COLLAPSED)
        ),
        **span(below),
    )
