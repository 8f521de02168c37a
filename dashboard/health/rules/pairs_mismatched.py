"""CTR-10."""

from __future__ import annotations

import numpy as np

from dashboard.health.chance import RATIO
from dashboard.health.figures import figure
from dashboard.health.pairing import MEAN, POSITIVE, gap_of_pairs
from dashboard.health.readings import warmup_steps
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
from dashboard.health.statistics import mean_interval
from dashboard.metrics.series import Series

_ = gettext_noop

# healthy trainings of the benchmark 1.6 to 2.1; shuffled pairs -0.2 to 0.15
APART = Threshold(
    "apart",
    0.3,
    low=0,
    high=10,
    says=_("Standard deviations that right pairs must be closer than others, or it alarms"),
)
PARTLY = Threshold(
    "partly",
    1.2,
    low=0,
    high=10,
    says=_("The same, where the loss began far above chance: some of the pairs are wrong"),
)
WINDOW = Threshold("window", 40, low=20, high=10_000, says=_("Newest values whose mean is judged"))
EVALUATIONS = 2  # such means in a row must agree
LEAST_STEP = Threshold(
    "least_step", 60, low=0, high=1_000_000, says=_("First step at which it judges")
)
AFTER_WARMUP = Threshold(
    "after_warmup",
    50,
    low=0,
    high=1_000_000,
    says=_("Steps that the full learning rate is given first"),
)
SURE = 1.25  # of chance: the model started with opinions of its own


@rule(
    id="CTR-10",
    title=_("Pairs that do not belong together"),
    thresholds=(APART, PARTLY, WINDOW, LEAST_STEP, AFTER_WARMUP),
)
def pairs_mismatched(context: Context) -> Finding:
    """Regions are no closer to their own phrases than to those of others.

    Whatever the loss does, training on right pairs brings them together: the cosine of a region
    with its own phrase, less the mean cosine with the others, in standard deviations of the others.
    Trainings from a checkpoint begin at 1.7 and stay above 1.5; with regions and phrases shuffled
    against each other it lies between -0.2 and 0.15 from the first step to the last, while the loss
    falls, because the model learns to be sure of nothing.

    The means of the newest 40 values and of the 40 before them, both with the upper end of their
    95 % interval below 0.3, are a warning. Where the loss began far above chance, as that of a
    trained model with wrong pairs does, it is a failure, and already below 1.2: with three
    of ten pairs wrong, or all regions cut from one image, it lies between 0.3 and 1. Judged from
    step 60 on, and 50 steps after the learning rate's warm-up. A training from random weights may
    need longer: raise the first step for it. Embeddings that are all alike are another rule's
    (CTR-06).
    """
    gap = gap_of_pairs(context)
    if gap is None:
        return unlogged(context, Message(_("No cosines of right and wrong pairs are logged.")))
    ready = max(context[LEAST_STEP], warmup_steps(context) + context[AFTER_WARMUP])
    needed = EVALUATIONS * context[WINDOW]
    if len(gap) < needed or int(gap.steps[-1]) < ready:
        says = _("{count} of {needed} values are there; judged from step {step} on.")
        told = say(says, count=len(gap), needed=needed, step=ready)
        looked_at = values_of(POSITIVE, gap) if len(gap) else Message(_("nothing"))
        return waiting(looked_at, told)
    number = Number(*_mean(context, gap, 0))
    highest = max(_mean(context, gap, back)[3] for back in range(EVALUATIONS))
    was_sure = _was_sure(context)
    if highest < (context[PARTLY] if was_sure else context[APART]):
        whole = highest < context[APART]
        return _found(context, gap, number, _causes(whole=whole, was_sure=was_sure))
    says = _("Right pairs are {gap} standard deviations closer than others.")
    return fine(say(says, gap=figure(number.value)), values_of(POSITIVE, gap), number)


def _mean(context: Context, gap: Series, back: int) -> tuple[float, str, float, float]:
    window = context[WINDOW]
    end = len(gap) - back * window
    mean, low, high = mean_interval(gap.values[max(0, end - window) : end])
    return mean, _("standard deviations"), low, high


def _was_sure(context: Context) -> bool:
    """The loss began far above chance: weights that were trained on other pairs."""
    first = context.curve(RATIO).finite.values[: context[WINDOW]]
    return len(first) > 0 and float(np.median(first)) > SURE


def _found(context: Context, gap: Series, number: Number, causes: tuple[Message, ...]) -> Finding:
    judged = gap.last(EVALUATIONS * context[WINDOW])
    return Finding(
        state=State.FAIL if _was_sure(context) else State.WARN,
        says=say(
            _(
                "Regions are hardly closer to their own phrases than to others: by {gap} standard"
                " deviations (95 %: {low} to {high})."
            ),
            gap=figure(number.value),
            low=figure(number.low or 0.0),
            high=figure(number.high or 0.0),
        ),
        expected=say(
            _("At least {apart}; trainings on right pairs stay above 1.4."),
            apart=figure(context[APART]),
        ),
        looked_at=values_of(POSITIVE, judged),
        number=number,
        evidence=(
            evidence(POSITIVE, context.curve(POSITIVE).between(judged.steps[0], np.inf)),
            evidence(
                MEAN,
                context.curve(MEAN).between(judged.steps[0], np.inf),
                Level(0.0, Message(_("no likeness"))),
            ),
        ),
        causes=causes,
        remedy=Message(
            _(
                "Print five regions with their phrases as the loss gets them. Pair them by an"
                " identifier, never by their place in two lists."
            )
        ),
        check=say(_("{name} rises above {other} within some steps."), name=POSITIVE, other=MEAN),
        **span(judged),
    )


def _causes(*, whole: bool, was_sure: bool) -> tuple[Message, ...]:
    wrong = Message(
        _(
            "Pairs that do not belong together: one side was shuffled, filtered or sorted after the"
            " other. The loss then begins far above chance where the weights were trained before."
        )
    )
    fresh = Message(
        _(
            "Weights that have not learnt anything yet: the loss then begins at chance, and the"
            " cosines part with more steps."
        )
    )
    some = Message(
        _(
            "Some of the pairs do not belong together: an index that is wrong for a part of the"
            " rows, or wrong labels. Right pairs of trained weights lie 1.4 and more apart."
        )
    )
    if not was_sure:
        return fresh, wrong
    return (wrong, some) if whole else (some, wrong)
