"""CNV-02."""

from __future__ import annotations

import math

from dashboard.health.chance import CANDIDATES, RATIO
from dashboard.health.diagnosis import Diagnosis, zero_rows
from dashboard.health.figures import figure
from dashboard.health.readings import comparable, warmup_steps
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
from dashboard.health.seen import ONE_CHANGE, fine, span, values_of
from dashboard.health.statistics import block_means, mann_kendall, mean_interval
from dashboard.metrics.series import Series

_ = gettext_noop

NAMES = (RATIO, "sdm/loss_over_chance")
ABOVE = Threshold("above", 1.25, low=1, high=10, says=_("Share of chance above which it fails"))
WINDOW = Threshold("window", 60, low=20, high=10_000, says=_("Newest values whose mean is judged"))
LEAST_STEP = Threshold(
    "least_step", 100, low=0, high=1_000_000, says=_("First step at which it judges")
)
AFTER_WARMUP = Threshold(
    "after_warmup",
    50,
    low=0,
    high=1_000_000,
    says=_("Steps that the full learning rate is given first"),
)
NOT_FALLING = -1.645  # Mann-Kendall's z on block means, one-sided 5 %


@rule(
    id="CNV-02", title=_("Loss above chance"), thresholds=(ABOVE, WINDOW, LEAST_STEP, AFTER_WARMUP)
)
def above_chance(context: Context) -> Finding:
    """A contrastive loss is higher than guessing would make it: the model is confidently wrong.

    Guessing among N candidates costs ln N. A higher loss takes confidence in wrong answers: a scale
    that is too high for how well the embeddings agree so far, or targets that are wrong. A start at
    the scale's ceiling of 100 begins at 2.1 to 4.3 times chance for 4 candidates and comes down.

    The mean of the newest 60 values of loss / chance, by the lower end of its 95 % interval, above
    1.25 and not falling (Mann-Kendall on block means) fails. Judged are values since the number of
    candidates last changed, not before step 100 nor before 50 steps after the learning rate's
    warm-up. At chance, neither above nor below, is another rule's (CNV-01).
    """
    name = next((name for name in NAMES if len(context.curve(name).finite)), "")
    if not name:
        return unlogged(context, Message(_("No contrastive loss relative to chance is logged.")))
    ratio = context.curve(name).finite
    judged = ratio.between(comparable(context).since, math.inf)
    ready = max(context[LEAST_STEP], warmup_steps(context) + context[AFTER_WARMUP])
    if len(judged) < context[WINDOW] or int(judged.steps[-1]) < ready:
        says = _("{count} of {needed} comparable values are there; judged from step {step} on.")
        told = say(says, count=len(judged), needed=context[WINDOW], step=ready)
        return waiting(values_of(name, ratio), told)
    window = judged.last(context[WINDOW])
    number = Number(*_interval(window))
    not_falling = mann_kendall(block_means(window.values)) > NOT_FALLING
    if number.low is not None and number.low > context[ABOVE] and not_falling:
        return _found(context, name, window, number)
    says = (
        _("{share} of chance: not above it.")
        if number.value <= context[ABOVE]
        else _("{share} of chance, and falling or not certain.")
    )
    return fine(say(says, share=figure(number.value)), values_of(name, window), number)


def _interval(window: Series) -> tuple[float, str, float, float]:
    mean, low, high = mean_interval(window.values)
    return mean, _("of chance"), low, high


def _why(context: Context) -> Diagnosis:
    """Causes, most likely first, with the change that answers the first of them."""
    usual = (
        Message(
            _(
                "A scale that is too high for how well the embeddings agree so far:"
                " region/max_probability is near 1, and the loss falls as recall rises."
            )
        ),
        Message(
            _(
                "Wrong targets: recall stays at chance while the scale falls; the order of"
                " texts and regions differs, or duplicates count."
            )
        ),
    )
    zero = zero_rows(context)
    if zero is None:
        return Diagnosis(usual, context.patch(logit_scale_source="checkpoint"))
    return Diagnosis((zero, *usual), context.patch(filter_boxes=True))


def _found(context: Context, name: str, window: Series, number: Number) -> Finding:
    why = _why(context)
    counts = context.curve(CANDIDATES).finite.last(context[WINDOW]).values
    chance = math.log(counts[-1]) if len(counts) and counts[-1] > 1 else math.nan
    return Finding(
        state=State.FAIL,
        says=say(
            _("The loss is above chance, {share} of what guessing gives: confidently wrong."),
            share=figure(number.value),
        ),
        expected=say(_("At most chance, ln N = {chance}."), chance=figure(chance)),
        looked_at=values_of(name, window),
        number=number,
        evidence=(evidence(name, window, Level(1.0, Message(_("chance")))),),
        causes=why.causes,
        remedy=ONE_CHANGE,
        patch=why.patch,
        check=say(_("{name} falls below 1."), name=name),
        **span(window),
    )
