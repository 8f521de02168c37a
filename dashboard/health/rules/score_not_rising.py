"""CNV-12."""

from __future__ import annotations

import numpy as np

from dashboard.health.diagnosis import why_stuck
from dashboard.health.figures import figure
from dashboard.health.readings import full_rate_from
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
from dashboard.health.seen import ONE_CHANGE, fine, span, values_of
from dashboard.metrics.series import Series

_ = gettext_noop

NEEDED = Threshold(
    "needed",
    2,
    low=1,
    high=100_000,
    says=_("Evaluations after the learning rate's warm-up before it judges"),
)
LEAST_STEP = Threshold(
    "least_step", 100, low=0, high=1_000_000, says=_("First step at which it judges")
)
GAIN = Threshold(
    "gain", 0.02, low=0, high=10, says=_("Share of the first score that the score must gain")
)
WORSE = Threshold(
    "worse", 0.1, low=0, high=1, says=_("Share of the first score whose loss is a failure")
)


@rule(
    id="CNV-12",
    title=_("Score no better than before training"),
    thresholds=(NEEDED, LEAST_STEP, GAIN, WORSE),
)
def score_not_rising(context: Context) -> Finding:
    """The held-out score is where it was before the first step, or worse.

    Works for every trainer that names its primary score and evaluates before it trains. A loss can
    fall, stand or rise for many reasons; a score on held-out data that is no better after 100 steps
    than before the first one says that nothing of use was learnt. Every evaluation after the
    learning rate's warm-up is looked at, at least two of them and the last not before step 100:
    none gained 2 % of the first score is a warning, all lost 10 % of it a failure.

    A training that starts from trained weights may have nothing to gain: there only a score that
    got worse counts.
    Not judged are runs that go on from a checkpoint, as their first score is not that of a start.
    """
    if context.primary is None or context.primary.direction == "none":
        return not_applicable(Message(_("This trainer names no score that says how good it is.")))
    name = context.primary.name
    scores = context.curve(name).finite
    if not len(scores):
        return unlogged(context, Message(_("The score on held-out data is not logged.")))
    if context.facts.get("resume/from") or int(scores.steps[0]) > 0:
        return not_applicable(Message(_("There is no score from before the first step.")))
    later = scores.between(full_rate_from(context) + 1, np.inf)
    if len(later) < context[NEEDED] or int(later.steps[-1]) < context[LEAST_STEP]:
        says = _("{count} of {needed} evaluations after the warm-up; judged from step {step} on.")
        told = say(says, count=len(later), needed=context[NEEDED], step=context[LEAST_STEP])
        return waiting(values_of(name, scores), told)
    first = float(scores.values[0])
    gains = _sign(context) * (later.values - first)
    least = context[GAIN] * abs(first)
    best = float(gains.max())
    if best > least:
        says = _("{name} is better than before training: {best}, from {first}.")
        told = say(says, name=name, best=figure(_best(context, later)), first=figure(first))
        return fine(told, values_of(name, scores))
    is_worse = bool((gains < -context[WORSE] * abs(first)).all())
    if not is_worse and context.fact("weights/coverage", 0.0) > 0:
        says = _("{name} stays where the trained weights had it: {best}, from {first}.")
        told = say(says, name=name, best=figure(_best(context, later)), first=figure(first))
        return fine(told, values_of(name, scores))
    return _found(context, scores, later, is_worse=is_worse)


def _sign(context: Context) -> float:
    return -1.0 if context.primary and context.primary.direction == "lower" else 1.0


def _best(context: Context, scores: Series) -> float:
    return float(scores.values.max() if _sign(context) > 0 else scores.values.min())


def _found(context: Context, scores: Series, later: Series, *, is_worse: bool) -> Finding:
    name = context.primary.name if context.primary else ""
    first, best = float(scores.values[0]), _best(context, later)
    why = why_stuck(context)
    text = (
        _("{name} is worse than before training at every evaluation: at best {best}, from {first}.")
        if is_worse
        else _("{name} is no better than before training: at best {best}, from {first}.")
    )
    return Finding(
        state=State.FAIL if is_worse else State.WARN,
        says=say(text, name=name, best=figure(best), first=figure(first)),
        expected=say(
            _("A gain of at least {gain} over the score before the first step."),
            gain=figure(context[GAIN] * abs(first)),
        ),
        looked_at=values_of(name, scores),
        number=Number(best - first, _("change of the score")),
        evidence=(evidence(name, scores, Level(first, Message(_("before training")))),),
        causes=why.causes,
        remedy=ONE_CHANGE,
        patch=why.patch,
        check=say(_("{name} is above {first} at the first evaluations."), name=name, first=first)
        if _sign(context) > 0
        else say(_("{name} is below {first} at the first evaluations."), name=name, first=first),
        **span(later),
    )
