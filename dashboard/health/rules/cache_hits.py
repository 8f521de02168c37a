"""CCH-01."""

from __future__ import annotations

from dashboard.health.boxes import total
from dashboard.health.figures import percent
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
from dashboard.health.seen import above, span
from dashboard.health.statistics import clopper_pearson
from dashboard.metrics.series import Series

_ = gettext_noop

SEEN, HITS, ASKED = "cache/seen_before", "cache/hits_seen_before", "cache/requests"
ENOUGH = Threshold(
    "enough",
    200,
    low=1,
    high=1_000_000,
    says=_("Requests for images seen before that it needs before it judges"),
)
LEAST = Threshold("least", 0.8, low=0, high=1, says=_("Share of hits below which it fails"))
FULL = 0.95  # of the limit: a cache that cannot keep any more
LARGER = 2  # times the limit, in the offer
WRONG_KEY = Message(
    _(
        "The key holds more than what made the feature, such as a device's name that is spelled in"
        " two ways."
    )
)
THROWN_OUT = Message(_("The cache is full: what is asked for next was thrown out before."))


@rule(id="CCH-01", title=_("Feature cache: hits"), thresholds=(ENOUGH, LEAST))
def cache_hits(context: Context) -> Finding:
    """Features that were computed earlier in the run are not found in the cache.

    Only requests for images that were asked for before count: on the first pass over distinct
    images the expected hit rate is exactly 0, and a rate over everything says nothing. The upper
    end of the exact 95 % interval (Clopper-Pearson) of hits among them must reach 80 %; below it
    is a failure. It speaks after 200 such requests.

    A cache that holds half of the images gives about 20 % of hits under shuffled access, not 50 %.
    Moving a tensor to another device after a hit cannot turn it into a miss. It does not check
    whether what is found is still right: see damaged entries, `cache/corrupt`.
    """
    asked, seen = context.total(ASKED), context.curve(SEEN).finite
    if not len(seen):
        return unlogged(context, Message(_("This run has no feature cache.")))
    if context.fact("cache/limit", 1.0) <= 0:
        return not_applicable(Message(_("The feature cache is switched off.")))
    again = context.total(SEEN)
    hits = min(context.total(HITS), again)
    if not again:
        says = _("First pass: {count} images asked for, none of them before; 0 % of hits is right.")
        return not_applicable(say(says, count=asked))
    looked_at = say(_("{count} requests for images seen before, of {all}"), count=again, all=asked)
    if again < context[ENOUGH]:
        says = _("{count} of {needed} requests for images seen before.")
        return waiting(looked_at, say(says, count=again, needed=context[ENOUGH]))
    low, high = clopper_pearson(hits, again)
    number = Number(hits / again, _("of requests for images seen before"), low, high)
    if high < context[LEAST]:
        return _found(context, seen, looked_at, number)
    says = _("{share} of the images seen before were found in the cache.")
    return Finding(
        state=State.PASS,
        says=say(says, share=percent(hits / again)),
        looked_at=looked_at,
        number=number,
    )


def _found(context: Context, seen: Series, looked_at: Message, number: Number) -> Finding:
    points = above(seen, 0)
    full = _is_full(context)
    limit = context.setting("cache_limit", 0) * LARGER
    changes = {"cache_limit": int(limit)} if full else {"cache_key": "content"}
    return Finding(
        state=State.FAIL,
        says=say(
            _("Only {share} of the images seen before were found (95 %: {low} to {high})."),
            share=percent(number.value),
            low=percent(number.low or 0.0),
            high=percent(number.high or 1.0),
        ),
        expected=say(
            _("At least {least}: each of these features was computed before in this run."),
            least=percent(context[LEAST]),
        ),
        looked_at=looked_at,
        number=number,
        evidence=(
            evidence(HITS, context.curve(HITS).finite),
            evidence(SEEN, points, Level(0.0, Message(_("first pass")))),
        ),
        causes=_causes(context, THROWN_OUT if full else WRONG_KEY),
        remedy=Message(_("Key features by image, encoder and preprocessing, and by nothing else.")),
        patch=context.patch(**changes),
        check=say(_("From the second pass on {hits} equals {seen}."), hits=HITS, seen=SEEN),
        **span(points),
    )


def _is_full(context: Context) -> bool:
    stored, limit = context.curve("cache/bytes").finite.values, context.fact("cache/limit", 0.0)
    return bool(len(stored) and limit > 0 and stored.max() >= FULL * limit)


def _causes(context: Context, first: Message) -> tuple[Message, ...]:
    damaged = total(context.curve("cache/corrupt").last(1))
    if not damaged:
        return (first,)
    return first, say(_("{count} entries were found damaged and removed."), count=damaged)
