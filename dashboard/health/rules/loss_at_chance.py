"""CNV-01 for the region-text contrastive loss."""

from __future__ import annotations

from dashboard.health.chance import (
    VALUES,
    Judged,
    judge_ratio,
    judge_sdm_ratio,
    looked_at,
    shown,
    too_few,
)
from dashboard.health.diagnosis import why_stuck
from dashboard.health.figures import figure
from dashboard.health.readings import planned_steps
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    State,
    Threshold,
    gettext_noop,
    rule,
    say,
    unlogged,
    waiting,
)
from dashboard.health.statistics import BLOCKS, block_means, mann_kendall, theil_sen
from dashboard.metrics.series import Floats

_ = gettext_noop

WINDOW = Threshold("window", 60, low=20, high=10_000, says=_("Values whose mean is judged"))
EVALUATIONS = Threshold(
    "evaluations", 3, low=1, high=100, says=_("Evaluations in a row that must agree")
)
EVERY = 10  # values from one evaluation to the next
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
LOW = Threshold(
    "low", 0.9, low=0, high=1, says=_("Share of chance from which the loss counts as at chance")
)
HIGH = Threshold(
    "high", 1.2, low=1, high=10, says=_("Share of chance up to which the loss counts as at chance")
)


@rule(
    id="CNV-01",
    title=_("Loss against chance"),
    version=4,
    thresholds=(LOW, HIGH, WINDOW, EVALUATIONS, LEAST_STEP, AFTER_WARMUP),
)
def loss_at_chance(context: Context) -> Finding:
    """A contrastive loss beside what guessing would give, ln N for N candidates.

    Read is the region-text loss, else the SDM loss as a share of its own chance.

    A loss of 1.4 with 4 candidates is chance (ln 4 = 1.386); with a bank of 128 the same 1.4 would
    be excellent (ln 132 = 4.88). So loss / ln N is judged, and only values since the number of
    candidates last changed, leaving out as many steps again as the change took.

    *At chance*: the mean of 60 values lies between 0.9 and 1.2 of chance and the block means do not
    fall (Mann-Kendall), or so slowly (Theil-Sen) that they are still above 0.9 at the planned end
    of the run; three evaluations in a row, not before step 100 nor before 50 steps after
    the learning rate's warm-up: a failure. Twelve steps are no evidence. A loss above chance is
    another rule's (CNV-02).
    """
    judged = judge_ratio(context) or judge_sdm_ratio(context)
    if judged is None:
        return unlogged(context, Message(_("No contrastive loss relative to chance is logged.")))
    if len(judged.ratio) < VALUES:
        return too_few(context, judged)
    if _ready(context, judged) and all(
        _is_at_chance(context, judged, back) for back in _backs(context)
    ):
        return _at_chance(context, judged)
    return _neither(context, judged)


def _ready_at(context: Context, judged: Judged) -> int:
    """The first step at which being at chance is evidence."""
    return max(context[LEAST_STEP], judged.warmup + context[AFTER_WARMUP])


def _backs(context: Context) -> range:
    return range(0, context[EVALUATIONS] * EVERY, EVERY)


def _ready(context: Context, judged: Judged) -> bool:
    """Every evaluation has its window and came late enough."""
    back = (context[EVALUATIONS] - 1) * EVERY
    if len(judged.ratio) < context[WINDOW] + back:
        return False
    return int(judged.ratio.steps[-1 - back]) >= _ready_at(context, judged)


def _until(values: Floats, back: int, count: int) -> Floats:
    end = len(values) - back
    return values[end - count : end]


def _is_at_chance(context: Context, judged: Judged, back: int) -> bool:
    values = _until(judged.ratio.values, back, context[WINDOW])
    if not context[LOW] <= values.mean() <= context[HIGH]:
        return False
    means = block_means(values)
    if mann_kendall(means) > NOT_FALLING:
        return True
    left = planned_steps(context) - int(judged.ratio.steps[-1 - back])
    at_the_end = values.mean() + theil_sen(means) * BLOCKS / len(values) * left
    return planned_steps(context) > 0 and at_the_end > context[LOW]


def _at_chance(context: Context, judged: Judged) -> Finding:
    number = judged.number
    points = judged.ratio.last(context[WINDOW] + (context[EVALUATIONS] - 1) * EVERY)
    return Finding(
        state=State.FAIL,
        says=say(
            _("The loss is at chance: {share} of ln {candidates} = {chance}, and stays there."),
            share=figure(number.value),
            candidates=f"{judged.candidates:.0f}",
            chance=figure(judged.chance),
        ),
        expected=say(
            _("Clearly below {low} of chance by step {step}."),
            low=figure(context[LOW]),
            step=_ready_at(context, judged),
        ),
        check=say(_("{name} falls below {low}."), name=judged.name, low=figure(context[LOW])),
        **shown(judged, points, number, why_stuck(context)),
    )


def _neither(context: Context, judged: Judged) -> Finding:
    number = judged.number
    says = _("{share} of chance, ln {candidates} = {chance}.")
    told = say(
        says,
        share=figure(number.value),
        candidates=f"{judged.candidates:.0f}",
        chance=figure(judged.chance),
    )
    if number.high is not None and number.high < context[LOW]:
        return Finding(state=State.PASS, says=told, looked_at=looked_at(judged), number=number)
    return waiting(looked_at(judged), _not_yet(context, judged, number), number=number)


def _not_yet(context: Context, judged: Judged, number: Number) -> Message:
    return say(
        _(
            "{share} of chance, ln {candidates} = {chance}, after {count} values: whether it stays"
            " there is known after {needed} values and step {step}."
        ),
        share=figure(number.value),
        candidates=f"{judged.candidates:.0f}",
        chance=figure(judged.chance),
        count=len(judged.ratio),
        needed=context[WINDOW] + (context[EVALUATIONS] - 1) * EVERY,
        step=_ready_at(context, judged),
    )
