"""CCH-02."""

from __future__ import annotations

import numpy as np

from dashboard.health.figures import figure, percent
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
from dashboard.health.seen import aligned, fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

ASKED, HITS, TIME = "cache/requests", "cache/hits", "time/features"
ENOUGH = Threshold(
    "enough", 20, low=1, high=100_000, says=_("Steps of either kind it needs before it judges")
)
USUAL = 0.8  # share of hits that the reports hoped for
MISSED, HIT = 0.1, 0.9  # share of hits of a step that counts as one without, or with
GAIN = Threshold(
    "gain", 2.0, low=1, high=1000, says=_("Times faster that a step with hits should be at least")
)


@rule(id="CCH-02", title=_("Feature cache: gain"), weight="remark", thresholds=(ENOUGH, GAIN))
def cache_gain(context: Context) -> Finding:
    """Steps whose features are found in the cache are hardly faster than those that compute them.

    The median of `time/features` over steps with at least 90 % of hits against those with at most
    10 %: less than twice as fast, with 20 steps of either kind, is remarked on. At 562 s for a
    miss, 80 % of hits still cost 115 s a batch, and less than 10 s needs more than 98.7 %: the
    arithmetic tells whether a target can be reached at all.

    A remark, as it is not measured on real runs. A cheap encoder has little to gain and nothing
    wrong. Whether what is found is right is not checked.
    """
    hits, asked = aligned(context.curve(HITS), context.curve(ASKED))
    if not len(hits) or not len(context.curve(TIME).finite):
        return unlogged(
            context, Message(_("The time for features is not logged beside the cache."))
        )
    share = Series(hits.steps, hits.times, hits.values / np.maximum(asked.values, 1.0))
    share, time = aligned(share, context.curve(TIME))
    missed = time.where(share.values <= MISSED)
    found = time.where(share.values >= HIT)
    looked_at = values_of(TIME, context.curve(TIME).finite)
    if len(missed) < context[ENOUGH] or len(found) < context[ENOUGH]:
        says = _("{missed} steps without and {found} with hits; {needed} of each are needed.")
        told = say(says, missed=len(missed), found=len(found), needed=context[ENOUGH])
        return waiting(looked_at, told)
    slow, fast = float(np.median(missed.values)), float(np.median(found.values))
    gain = slow / max(fast, 1e-9)
    told = _told(context, slow, fast)
    number = Number(gain, _("times faster"))
    if gain >= context[GAIN]:
        return fine(told, looked_at, number)
    return _found(context, found, told, looked_at, number)


def mean_time(share: float, slow: float, fast: float) -> float:
    """What features take on average where `share` of them are found."""
    return (1 - share) * slow + share * fast


def hits_needed(budget: float, slow: float, fast: float) -> float | None:
    """The share of hits above which features take less than `budget`; None where no share does."""
    if fast >= budget:
        return None
    return max(0.0, (slow - budget) / (slow - fast)) if slow > fast else 0.0


def _told(context: Context, slow: float, fast: float) -> Message:
    """Both times, what 80 % of hits make of them, and what a budget of the step asks for."""
    told = say(
        _(
            "Features take {fast} s where they are found, {slow} s where they are computed: {mixed}"
            " s at 80 % of hits."
        ),
        fast=figure(fast),
        slow=figure(slow),
        mixed=figure(mean_time(USUAL, slow, fast)),
    )
    budget = context.setting("step_budget", 0.0)
    if budget <= 0:
        return told
    share = hits_needed(budget, slow, fast)
    if share is None:
        says = _("{told} No share of hits reaches the budget of {budget} s.")
        return say(says, told=told, budget=figure(budget))
    says = _("{told} The budget of {budget} s needs more than {share} of hits.")
    return say(says, told=told, budget=figure(budget), share=f"{100 * share:.1f} %")


def _found(
    context: Context, found: Series, says: Message, looked_at: Message, number: Number
) -> Finding:
    return Finding(
        state=State.WARN,
        says=says,
        expected=say(_("At least {gain} times as fast."), gain=figure(context[GAIN])),
        looked_at=looked_at,
        number=number,
        evidence=(evidence(TIME, found),),
        causes=(
            Message(_("A slow disk or network: what is kept is read slowly.")),
            Message(_("Features are large, or the encoder is cheap: reading costs as much.")),
        ),
        remedy=Message(_("Keep the cache on a local disk, or compute what is cheap.")),
        check=say(_("{name} falls in steps with hits of {share}."), name=TIME, share=percent(HIT)),
        **span(found),
    )
