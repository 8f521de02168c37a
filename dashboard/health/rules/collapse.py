"""CTR-06."""

from __future__ import annotations

import numpy as np

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
    Threshold,
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
# healthy pilot runs 0.59-0.79, collapsed ones 0.14-0.23
COLLAPSED = Threshold(
    "collapsed",
    0.25,
    low=0,
    high=1,
    says=_("Share of the possible rank below which it fails where the rank fell as well"),
)
# trainings of the presets keep 0.59 and more
FALLEN = Threshold(
    "fallen", 0.5, low=0, high=1, says=_("Share of its first rank that counts as fallen")
)
GONE = Threshold(
    "gone",
    0.2,
    low=0,
    high=1,
    says=_("Share of the possible rank below which it fails whatever it was before"),
)
ENOUGH = Threshold("enough", 50, low=40, high=1_000_000, says=_("Values it needs before it judges"))
VALUES = 20  # whose mean is judged
EVALUATIONS = 2  # such means in a row must agree
ONE, MORE = 1.02, 3.0  # directions: all embeddings equal, and clearly not
SLOWER = 10.0


@rule(
    id="CTR-06", title=_("Collapse of the embeddings"), thresholds=(COLLAPSED, FALLEN, GONE, ENOUGH)
)
def collapse(context: Context) -> Finding:
    """Embeddings of one kind fall together into few directions.

    The effective rank, exp of the entropy of the normalised singular values (RankMe), counts the
    directions that a batch's embeddings use; it cannot exceed min(width, rows − 1). Each modality
    is judged on its own: a cosine between modalities did not show collapse at all in the pilot, as
    two kinds can collapse to two different points.

    Means of 20 values, twice in a row, after 50 values: below 0.25 of the limit and below half of
    the first 20 values, or below 0.2 of the limit whatever it was before, is a failure. In the
    pilot healthy runs had 0.59 to 0.79 and collapsed ones 0.14 to 0.23. Measured here: healthy SDM
    trainings keep 0.23 and more of the limit, 99 of 100 curves 0.24, and 0.30 and more of their
    start, so that one of 132 is called collapsed; region trainings 0.34 and more (few different
    phrases, from pretrained weights). A learning rate a hundred times too high leaves 0.12 to 0.17,
    a flipped sign 0.06, a common direction 0.12, sketches under null vectors 0.15 to 0.21. That is
    why a rank between 0.2 and 0.25 counts only where it fell as well.

    A run that is collapsed from its first step to between 0.2 and 0.25 is not seen. Ranks of other
    models, data or batch sizes cannot be compared with each other.
    """
    ranks = _shares(context)
    if not ranks:
        return unlogged(context, Message(_("No effective rank with its limit is logged.")))
    judged = {name: share for name, share in ranks.items() if len(share) >= context[ENOUGH]}
    if not judged:
        name, share = max(ranks.items(), key=lambda item: len(item[1]))
        says = _("{count} of {needed} values of the effective rank are there.")
        return waiting(values_of(name, share), say(says, count=len(share), needed=context[ENOUGH]))
    collapsed = {name: share for name, share in judged.items() if _is_collapsed(context, share)}
    name, share = min((collapsed or judged).items(), key=lambda item: _kept(item[1]))
    level = _mean(share, 0)
    if collapsed:
        return _found(context, name, share, level)
    says = _("{name} uses {share} of the directions that it could, {kept} of its start.")
    told = say(says, name=name, share=percent(level), kept=percent(_kept(share)))
    return fine(told, values_of(name, share), Number(level, _("of its limit")))


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


def _kept(share: Series) -> float:
    """What is left of the first values: the one that fell most is judged and shown."""
    return _mean(share, 0) / max(float(share.values[:VALUES].mean()), 1e-9)


def _limit(context: Context, name: str) -> Series:
    """The limit that is logged beside it: sdm/effective_rank_limit for sdm/text/effective_rank."""
    group = name.split("/")[0]
    own = context.curve(f"{group}/{LIMIT}")
    return own if len(own) else context.curve(f"region/{LIMIT}" if group == "text" else "")


def _is_collapsed(context: Context, share: Series) -> bool:
    level = max(_mean(share, back) for back in range(EVALUATIONS))
    fallen = context[FALLEN] * float(share.values[:VALUES].mean())
    return level < context[GONE] or level < min(context[COLLAPSED], fallen)


def _mean(share: Series, back: int) -> float:
    end = len(share) - back * VALUES
    return float(share.values[max(0, end - VALUES) : end].mean())


def _why(context: Context, name: str, share: Series) -> Diagnosis:
    """Causes, most likely first, with the change that answers the first of them."""
    fast = Message(_("A learning rate that is too high: the rank fell within a few steps."))
    common = Message(
        _(
            "A common part in all embeddings, as a bias adds it: the rank is low from the first"
            " step on, and cosines of right and wrong pairs are both near 1."
        )
    )
    alone = Message(
        _(
            "No or few negatives, so that nothing keeps embeddings apart: the number of"
            " candidates is small."
        )
    )
    shared = context.total("sdm/missing_in_loss")
    if shared:
        null = say(_("{count} rows of missing modalities are one null vector."), count=shared)
        return Diagnosis((null, fast, alone, common), context.patch(mask_missing=True))
    if _is_one(context, name):
        alike = say(
            _(
                "All inputs of {name} are alike: one picture or one text again and again, as a dead"
                " sensor or an empty field gives. The rank is 1 from the first step on."
            ),
            name=name.removesuffix(RANK),
        )
        return Diagnosis((alike, common), {})
    if float(share.values[:VALUES].mean()) < context[COLLAPSED]:
        return Diagnosis((common, alone, fast), {})
    return Diagnosis((fast, alone, common), rate_times(context, 1 / SLOWER))


def _is_one(context: Context, name: str) -> bool:
    """One direction alone, always, while the embeddings of another kind have more."""
    others = [n for n in _shares(context) if n != name]
    spread = [n for n in others if float(np.median(context.curve(n).finite.values)) > MORE]
    return bool(spread) and float(context.curve(name).finite.values.max()) < ONE


def _found(context: Context, name: str, share: Series, level: float) -> Finding:
    why = _why(context, name, share)
    rank = context.curve(name).finite
    least = context[COLLAPSED]
    below = share.where(share.values < max(least, context[GONE]))
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
            _("Above {least} of the limit, or above {kept} of what it was at first, {first}."),
            kept=figure(context[FALLEN]),
            least=figure(least),
            first=percent(float(share.values[:VALUES].mean())),
        ),
        looked_at=values_of(name, share),
        number=Number(level, _("of its limit")),
        evidence=(evidence(name, rank, Level(least * limit, Message(_("collapsed below this")))),),
        remedy=ONE_CHANGE,
        causes=why.causes,
        patch=why.patch,
        check=say(_("{name} stays above {least} of its limit."), name=name, least=figure(least)),
        **span(below),
    )
