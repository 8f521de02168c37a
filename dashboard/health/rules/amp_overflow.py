"""NUM-04."""

from __future__ import annotations

from dashboard.health.boxes import above_zero
from dashboard.health.figures import figure, percent
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
from dashboard.health.statistics import clopper_pearson
from dashboard.metrics.series import Series

_ = gettext_noop

SCALE, SKIPPED = "amp/scale", "amp/skipped"
SEARCH = 50  # first steps, in which the scaler looks for its scale
ENOUGH = Threshold("enough", 150, low=20, high=100_000, says=_("Steps it needs before it judges"))
WINDOW = Threshold("window", 500, low=20, high=100_000, says=_("Newest steps that are judged"))
# a healthy scale grows, and overflows, every 2000 steps
MOST = Threshold(
    "most", 0.02, low=0, high=1, says=_("Share of steps left out above which it warns")
)
# a loss scale below 1 makes small gradients smaller still
GONE = Threshold("gone", 1.0, low=0, high=65_536, says=_("Loss scale below which it fails"))


@rule(id="NUM-04", title=_("Overflow under fp16"), thresholds=(ENOUGH, WINDOW, MOST, GONE))
def amp_overflow(context: Context) -> Finding:
    """The loss scale of fp16 keeps falling, and steps are left out.

    fp16 holds numbers up to 65504. Gradients that overflow cost the step, and the scale is halved;
    after 2000 good steps it is doubled again, so a healthy run leaves out one step in about 2000,
    and some in its first 50, while the scale is looked for, which do not count. More than 2 % of
    the newest 500 steps, by the lower end of the exact 95 % interval, is a warning; a scale below 1
    is a failure at once: gradients are then made smaller instead of larger.

    Without a scaler (fp32, bf16) it is not applicable. What overflows is not looked for here.
    """
    scale, skipped = context.curve(SCALE).finite, context.curve(SKIPPED).finite
    if not len(scale):
        return unlogged(context, Message(_("No loss scale is logged: this is no fp16 training.")))
    low = scale.where(scale.values < context[GONE])
    if len(low):
        return _gone(context, scale, low)
    window = max(context[WINDOW], context[ENOUGH])
    judged = skipped.where(skipped.steps > SEARCH).last(window)
    looked_at = say(_("{count} values of {name}"), count=len(judged), name=SKIPPED)
    if len(judged) < context[ENOUGH]:
        says = _("{count} of {needed} steps after the first {search}, in which the scale is found.")
        return waiting(
            looked_at, say(says, count=len(judged), needed=context[ENOUGH], search=SEARCH)
        )
    bad = above_zero(judged)
    number = Number(len(bad) / len(judged), _("of steps"), *clopper_pearson(len(bad), len(judged)))
    if (number.low or 0.0) > context[MOST]:
        return _skipping(context, judged, bad, number)
    says = _("{count} of {steps} steps were left out; the loss scale is {scale}.")
    newest = figure(float(scale.values[-1]))
    return fine(say(says, count=len(bad), steps=len(judged), scale=newest), looked_at, number)


def _gone(context: Context, scale: Series, low: Series) -> Finding:
    return Finding(
        state=State.FAIL,
        says=say(
            _("The loss scale fell to {scale}, below {gone}: gradients become too small."),
            gone=figure(context[GONE]),
            scale=figure(float(low.values.min())),
        ),
        expected=Message(_("A scale of some thousands that falls only now and then.")),
        looked_at=values_of(SCALE, scale),
        number=Number(float(low.values.min()), _("loss scale")),
        evidence=(evidence(SCALE, scale, Level(context[GONE], Message(_("limit")))),),
        causes=_causes(),
        remedy=_remedy(),
        patch=context.patch(precision="bf16"),
        check=say(_("{name} stays above {least}."), name=SCALE, least=figure(context[GONE])),
        **span(low),
    )


def _skipping(context: Context, judged: Series, bad: Series, number: Number) -> Finding:
    return Finding(
        state=State.WARN,
        says=say(
            _("{share} of the steps were left out, {count} of {steps}: gradients overflow."),
            share=percent(number.value),
            count=len(bad),
            steps=len(judged),
        ),
        expected=say(
            _("At most {most}; a healthy scale costs about one step in 2000."),
            most=percent(context[MOST]),
        ),
        looked_at=values_of(SKIPPED, judged),
        number=number,
        evidence=(evidence(SKIPPED, bad), evidence(SCALE, context.curve(SCALE).finite)),
        causes=_causes(),
        remedy=_remedy(),
        patch=context.patch(precision="bf16"),
        check=say(_("{name} is 0 at nearly every step."), name=SKIPPED),
        **span(bad),
    )


def _causes() -> tuple[Message, ...]:
    return (
        Message(_("A loss or a layer whose values do not fit into fp16: a sum over many terms.")),
        Message(_("A learning rate that is too high: gradient norms rise before the overflow.")),
    )


def _remedy() -> Message:
    return Message(_("Compute in bf16, which has the range of fp32, or the loss in fp32."))
