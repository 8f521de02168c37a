"""CTR-03."""

from __future__ import annotations

import math

import numpy as np

from dashboard.health.figures import figure, percent
from dashboard.health.readings import comparable
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
from dashboard.metrics.series import Series

_ = gettext_noop

BEST, RIGHT, COUNTS = "region/max_probability", "region/accuracy", "region/candidates"
SPREAD, SCALE = "region/negative_cosine_std", "region/logit_scale"
ENOUGH = Threshold("enough", 100, low=1, high=1_000_000, says=_("Values it needs before it judges"))
VALUES = 50  # whose mean is judged
FLAT = Threshold(
    "flat",
    1.5,
    low=0,
    high=100,
    says=_("Times 1/N below which the best probability of N candidates counts as flat"),
)
GUESSING = Threshold(
    "guessing", 2.0, low=0, high=100, says=_("Times 1/N below which being right counts as guessing")
)
SURE = Threshold(
    "sure", 0.99, low=0, high=1, says=_("Mean probability above which it counts as sure")
)
OFTEN_WRONG = Threshold(
    "often_wrong",
    0.5,
    low=0,
    high=1,
    says=_("Share of right answers below which being sure is wrong"),
)


@rule(
    id="CTR-03",
    title=_("Logits: scale and cosine"),
    weight="remark",
    thresholds=(ENOUGH, FLAT, GUESSING, SURE, OFTEN_WRONG),
)
def logit_spread(context: Context) -> Finding:
    """Logits that are too flat or too sure, told apart into their scale and their cosines.

    A logit is a scale times a cosine, and either can be at fault. *Flat*: the best of N candidates
    has a mean probability below 1.5/N and is right less often than 2/N. Cosines that spread by less
    than 1/√512 = 0.044, what random vectors do, carry no signal, whatever the scale: at 14.24 and a
    spread of 0.0217 a softmax over 4 is nearly even (0.335), at 100 it is sharper (0.706) and no
    more right. *Saturated*: above 0.99 sure and right in less than half.

    Means of 50 values, after 100 since the number of candidates last changed. A remark, as its
    thresholds are not measured on real runs. Only the region loss logs what it needs.
    """
    best, right = context.curve(BEST).finite, context.curve(RIGHT).finite
    counts = context.curve(COUNTS).finite
    if not len(best) or not len(right) or not len(counts):
        return unlogged(context, Message(_("The probabilities of the candidates are not logged.")))
    judged = best.between(comparable(context).since, math.inf)
    if len(judged) < context[ENOUGH]:
        says = _("{count} of {needed} values since the number of candidates last changed.")
        return waiting(values_of(BEST, best), say(says, count=len(judged), needed=context[ENOUGH]))
    sure, accuracy = _mean(judged), _mean(right)
    number = max(2.0, float(np.median(counts.last(VALUES).values)))
    if sure < context[FLAT] / number and accuracy < context[GUESSING] / number:
        return _found(context, judged, context[FLAT] / number, _flat(context, sure, number))
    if sure > context[SURE] and accuracy < context[OFTEN_WRONG]:
        text = _("Saturated: {sure} sure of the best candidate, and right in {right}.")
        return _found(
            context, judged, context[SURE], say(text, sure=percent(sure), right=percent(accuracy))
        )
    says = _("{sure} sure of the best candidate, and right in {right}.")
    told = say(says, sure=percent(sure), right=percent(accuracy))
    return fine(told, values_of(BEST, judged), Number(sure, _("mean of the highest probability")))


def _mean(points: Series) -> float:
    return float(points.last(VALUES).values.mean())


def _flat(context: Context, sure: float, number: float) -> Message:
    return say(
        _("Flat: the best of {count} candidates has a probability of {sure}."),
        count=f"{number:.0f}",
        sure=figure(sure),
    )


def _found(context: Context, judged: Series, line: float, says: Message) -> Finding:
    points = judged.last(VALUES)
    return Finding(
        state=State.WARN,
        says=says,
        expected=Message(_("The more sure, the more often right.")),
        looked_at=values_of(BEST, judged),
        number=Number(_mean(judged), _("mean of the highest probability")),
        evidence=(evidence(BEST, points, Level(line, Message(_("limit")))),),
        causes=_causes(context),
        remedy=Message(_("Mend the factor that is at fault: the embeddings, or the scale.")),
        check=say(_("{name} and {other} rise together."), name=BEST, other=RIGHT),
        **span(points),
    )


def _causes(context: Context) -> tuple[Message, ...]:
    spread, raw = context.curve(SPREAD).finite, context.curve(SCALE).finite
    if not len(spread) or not len(raw):
        return (Message(_("Which factor is at fault is not logged.")),)
    values = {
        "scale": figure(math.exp(min(50.0, float(raw.values[-1])))),
        "spread": figure(_mean(spread)),
    }
    if _mean(spread) < 1 / math.sqrt(512):
        text = _(
            "The cosines, not the scale: they spread by {spread}, less than random vectors do."
        )
        return (say(text, **values),)
    return (say(_("The scale of {scale}: the cosines spread by {spread}."), **values),)
