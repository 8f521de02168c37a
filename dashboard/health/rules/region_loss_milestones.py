"""CNV-03 for the region-text contrastive loss."""

from __future__ import annotations

from dashboard.health.chance import RATIO, VALUES, Judged, judge_ratio, looked_at, shown, too_few
from dashboard.health.diagnosis import why_stuck
from dashboard.health.figures import figure
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
from dashboard.health.statistics import BLOCKS, block_means, theil_sen

_ = gettext_noop

# Targets as shares of chance: 1.0, 0.7 and 0.5 at ln 4, which is how they were first stated
AFTER_50 = Threshold(
    "after_50",
    0.72,
    low=0,
    high=10,
    says=_("Share of chance to be reached by 50 steps after warm-up"),
)
AFTER_200 = Threshold(
    "after_200",
    0.5,
    low=0,
    high=10,
    says=_("Share of chance to be reached by 200 steps after warm-up"),
)
AFTER_500 = Threshold(
    "after_500",
    0.36,
    low=0,
    high=10,
    says=_("Share of chance to be reached by 500 steps after warm-up"),
)
MILESTONES = ((50, AFTER_50), (200, AFTER_200), (500, AFTER_500))
USUAL_WAY = 60  # values whose slope is projected to the next milestone


@rule(id="CNV-03", title=_("Region loss milestones"), thresholds=(AFTER_50, AFTER_200, AFTER_500))
def region_loss_milestones(context: Context) -> Finding:
    """The region loss against what it should have reached by now, as a share of chance, ln N.

    0.72, 0.50 and 0.36 of chance at 50, 200 and 500 steps after the learning rate's warm-up: the
    targets 1.0, 0.7 and 0.5 that were once stated for 4 candidates, where chance is 1.386. The
    newest milestone that is due is compared with the mean of the newest 20 to 40 values, all of
    them since the number of candidates last changed and as many steps again as the change took.

    Reached when the mean's 95 % interval (Student's t on block means) lies below the target.
    Missed, a warning, when it lies above and the present slope misses the next milestone as well.
    Anything between is not enough evidence.
    """
    judged = judge_ratio(context)
    if judged is None:
        return unlogged(
            context, Message(_("No region loss with its number of candidates is logged."))
        )
    if len(judged.ratio) < VALUES:
        return too_few(context, judged)
    milestones = [(step, context[target]) for step, target in MILESTONES]
    due = [m for m in milestones if judged.step >= m[0] + judged.warmup]
    number = judged.number
    if not due:
        return waiting(looked_at(judged), _not_due(judged, number, *milestones[0]), number=number)
    step, target = due[-1]
    later = milestones[len(due) :]
    if number.high is not None and number.high < target:
        return _reached(judged, number, step + judged.warmup, target)
    if number.low is not None and number.low > target and _misses_next(judged, number, later):
        return _missed(context, judged, number, step + judged.warmup, target)
    return waiting(
        looked_at(judged), _undecided(number, step + judged.warmup, target), number=number
    )


def _misses_next(judged: Judged, number: Number, later: list[tuple[int, float]]) -> bool:
    """The present slope does not lead to the next milestone either."""
    if not later:
        return True
    way = judged.ratio.last(USUAL_WAY)
    size = len(way) // BLOCKS
    a_value = theil_sen(block_means(way.values)) / size
    a_step = a_value * (len(way) - 1) / max(1, int(way.steps[-1] - way.steps[0]))
    next_step, target = later[0]
    return number.value + a_step * (next_step + judged.warmup - judged.step) > target


def _not_due(judged: Judged, number: Number, step: int, target: float) -> Message:
    return say(
        _("{share} of chance so far; the first milestone, {target}, is due at step {step}."),
        share=figure(number.value),
        target=figure(target),
        step=step + judged.warmup,
    )


def _undecided(number: Number, step: int, target: float) -> Message:
    return say(
        _(
            "{share} of chance (95 %: {low} to {high}) against {target} since step {step}: the"
            " interval holds the target, or the slope leads to the next one."
        ),
        share=figure(number.value),
        low=figure(number.low or 0.0),
        high=figure(number.high or 0.0),
        target=figure(target),
        step=step,
    )


def _reached(judged: Judged, number: Number, step: int, target: float) -> Finding:
    return Finding(
        state=State.PASS,
        says=say(
            _("{share} of chance (ln {candidates}); {target} was due at step {step}."),
            share=figure(number.value),
            candidates=f"{judged.candidates:.0f}",
            target=figure(target),
            step=step,
        ),
        looked_at=looked_at(judged),
        number=number,
    )


def _missed(context: Context, judged: Judged, number: Number, step: int, target: float) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("{share} of chance (95 %: {low} to {high}), where {target} was due at step {step}."),
            share=figure(number.value),
            low=figure(number.low or 0.0),
            high=figure(number.high or 0.0),
            target=figure(target),
            step=step,
        ),
        expected=say(
            _("{target} of chance, ln {candidates} = {chance}: a milestone of region training."),
            target=figure(target),
            candidates=f"{judged.candidates:.0f}",
            chance=figure(judged.chance),
        ),
        check=say(
            _("The mean of {count} values of {name} is below {target}."),
            count=VALUES,
            name=RATIO,
            target=figure(target),
        ),
        **shown(judged, judged.newest, number, why_stuck(context), target),
    )
