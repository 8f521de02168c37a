"""CNV-05."""

from __future__ import annotations

from dashboard.health.diagnosis import why_stuck
from dashboard.health.figures import figure, percent
from dashboard.health.rule import (
    Context,
    Finding,
    Level,
    Message,
    State,
    Threshold,
    evidence,
    gettext_noop,
    remarked,
    rule,
    say,
    unlogged,
)
from dashboard.health.seen import fine, values_of
from dashboard.health.trend import (
    EVALUATIONS,
    LOSS,
    WINDOW,
    Trend,
    backs,
    judged_loss,
    needed,
    newest,
    shown,
    start_level,
    too_short,
    trend,
)
from dashboard.metrics.series import Series

_ = gettext_noop

NOT_FALLING = -1.28  # Mann-Kendall's z, one-sided 10 %
FLAT = Threshold(
    "flat",
    0.03,
    low=0,
    high=1,
    says=_("Fall over the window, as a share of the level, below which the loss stands still"),
)
# below it a flat loss is a plateau that was reached
STILL_AT_START = Threshold(
    "still_at_start",
    0.9,
    low=0,
    high=1,
    says=_("Share of the starting level from which it is still at its start"),
)
EARLY = Threshold(
    "early",
    50,
    low=20,
    high=1_000_000,
    says=_("Values after warm-up that may already show a clear fall"),
)
EARLY_FALL = Threshold(
    "early_fall", 0.1, low=0, high=1, says=_("Share of the level that is a clear fall within them")
)
TRAINED = Message(_("A remark: trained weights may have nothing left to learn from these data."))
CLEARLY_FALLING = -2.33  # one-sided 1 %


@rule(
    id="CNV-05",
    title=_("Loss not converging"),
    version=3,
    thresholds=(FLAT, STILL_AT_START, WINDOW, EVALUATIONS, EARLY, EARLY_FALL),
)
def loss_not_converging(context: Context) -> Finding:
    """The training loss does not fall.

    Works for any trainer that logs `train/loss`. The last 100 values are cut into 10 blocks:
    neighbouring values are alike, and a trend test on raw values would be wrong half of the time.
    The loss *stands still* when the block means do not fall (Mann-Kendall), their typical slope
    (Theil-Sen) is less than 3 % of the level, and the level is still at least 0.9 of where it
    started: a warning. Three evaluations in a row must agree. A loss that rises for good is
    another rule's (CNV-06).

    A loss that fell and then became flat is not called stuck: it may simply be done. No alarm is
    raised before there are 120 values since the learning rate's warm-up and since the number of
    candidates of a contrastive loss last changed, as earlier ones have another chance level; a
    clear fall shows after 50. Where training starts from trained weights it is a remark: they may
    have nothing left to learn from these data.
    """
    if not len(context.curve(LOSS)):
        return unlogged(context, Message(_("No training loss is logged.")))
    loss = judged_loss(context)
    if len(loss) < needed(context):
        return _early(context, loss)
    start = start_level(context)
    window = context[WINDOW]
    trends = [trend(loss.values, back, window) for back in backs(context)]
    if all(_stands_still(context, seen, start) for seen in trends):
        finding = _stuck(context, loss, trends[0], start)
        trained = context.fact("weights/coverage", 0.0) > 0
        return remarked(finding, TRAINED) if trained else finding
    return _fine(loss, trends[0])


def _stands_still(context: Context, seen: Trend, start: float) -> bool:
    at_start = seen.level >= start - (1 - context[STILL_AT_START]) * abs(start)
    return seen.z > NOT_FALLING and seen.fall < context[FLAT] and at_start


def _early(context: Context, loss: Series) -> Finding:
    """Too few values to alarm; a clear fall can be told from fewer."""
    if len(loss) >= context[EARLY]:
        seen = trend(loss.values, 0, len(loss))
        if seen.z < CLEARLY_FALLING and seen.fall > context[EARLY_FALL]:
            return _fine(loss, seen)
    return too_short(context, loss)


def _fine(loss: Series, seen: Trend) -> Finding:
    falls = seen.z < NOT_FALLING and seen.fall > 0
    text = (
        _("The loss falls: {fall} over the last window.") if falls else _("The loss has settled.")
    )
    return fine(say(text, fall=percent(seen.fall)), values_of(LOSS, loss))


def _stuck(context: Context, loss: Series, seen: Trend, start: float) -> Finding:
    points = newest(context, loss)
    return Finding(
        state=State.WARN,
        says=say(
            _("The loss stands still at {level}: it started at {start} and does not fall."),
            level=figure(seen.level),
            start=figure(start),
        ),
        expected=say(
            _("A fall of at least {flat} over {window} values, or a level below {share}."),
            flat=percent(context[FLAT]),
            window=context[WINDOW],
            share=figure(context[STILL_AT_START] * start),
        ),
        evidence=(evidence(LOSS, points, Level(start, Message(_("where it started")))),),
        check=say(
            _("Block means of {name} fall within {count} steps."), name=LOSS, count=context[WINDOW]
        ),
        **shown(loss, points, why_stuck(context)),
    )
