"""CNV-08."""

from __future__ import annotations

import math

import numpy as np

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
from dashboard.health.statistics import mann_kendall
from dashboard.metrics.series import Series

_ = gettext_noop

# The loss on held-out data, and the training loss beside it
PAIRS = (
    ("eval/loss", "train/loss"),
    ("val/loss", "train/loss"),
    ("eval/region_loss", "train/loss/region"),
    ("eval/sdm_loss", "train/loss/sdm"),
)
ENOUGH = Threshold(
    "enough", 8, low=2, high=100_000, says=_("Evaluations it needs before it judges")
)
NEWEST = 3  # whose mean is the present level
RISE = Threshold(
    "rise", 1.25, low=1, high=100, says=_("Times the best evaluation above which it warns")
)
AGO = Threshold("ago", 4, low=0, high=100_000, says=_("Evaluations since the best one, at least"))
LEARNT = Threshold(
    "learnt",
    0.25,
    low=0,
    high=1,
    says=_("Share of the training loss at the best evaluation that is left when it warns"),
)
FOR_LONG = Threshold(
    "for_long",
    6,
    low=2,
    high=100_000,
    says=_("Evaluations without a better one, while the training loss fell to that share"),
)
RISING = 6  # newest evaluations whose trend is tested
Z = 1.645  # Mann-Kendall, one-sided 5 %
AROUND = 20  # training values before an evaluation that are compared
PATIENCE = 4  # evaluations, in the offer


@rule(
    id="CNV-08", title=_("Overfitting"), version=2, thresholds=(ENOUGH, RISE, AGO, LEARNT, FOR_LONG)
)
def overfitting(context: Context) -> Finding:
    """The loss on held-out data rises while the training loss goes on falling.

    Paired evaluations only: at least 8 of them, the mean of the newest 3 above 1.25 times the best,
    the best at least 4 evaluations ago, the newest 6 rising (Mann-Kendall), and a training loss
    that is lower than it was at the best evaluation: a warning. In the pilot this found 7 of 18
    overfit runs with 2 false alarms in 216: it is careful, and misses a slow rise. A rule that
    compares the two losses once (10 % apart) alarmed on 78 to 100 % of healthy runs.

    It is a warning, too, when the training loss fell below a quarter of what it was at the best
    evaluation while none of six evaluations or more since then was better: what is learnt since
    serves the training set alone, also where the held-out loss does not rise.

    Only losses that are named as pairs are compared (`eval/loss`, `val/loss`, the trainers' own); a
    score that falls, such as recall, is not judged here.
    """
    pairs = [
        p for p in PAIRS if len(context.curve(p[0]).finite) and len(context.curve(p[1]).finite)
    ]
    if not pairs:
        return unlogged(
            context, Message(_("No loss on held-out data is logged beside its training loss."))
        )
    name, trained = pairs[0]
    held_out, train = context.curve(name).finite, context.curve(trained).finite
    if len(held_out) < context[ENOUGH]:
        says = _("{count} of {needed} evaluations are there.")
        return waiting(
            values_of(name, held_out), say(says, count=len(held_out), needed=context[ENOUGH])
        )
    best = int(np.argmin(held_out.values))
    level, least = float(held_out.values[-NEWEST:].mean()), float(held_out.values[best])
    since = held_out.last(len(held_out) - best)
    if _overfits(context, held_out, best, level, least) and _trains_on(train, since):
        return _risen(context, name, since, level)
    if len(since) > context[FOR_LONG] and _left(train, since) < context[LEARNT]:
        return _by_heart(context, name, since, _left(train, since))
    says = _("The held-out loss is {level}; its best was {least} at step {step}.")
    told = say(says, level=figure(level), least=figure(least), step=int(held_out.steps[best]))
    return fine(told, values_of(name, held_out))


def _overfits(context: Context, held_out: Series, best: int, level: float, least: float) -> bool:
    long_ago = len(held_out) - 1 - best >= context[AGO]
    risen = level > least + (context[RISE] - 1) * abs(least)
    return long_ago and risen and mann_kendall(held_out.values[-RISING:]) > Z


def _then_and_now(train: Series, since: Series) -> tuple[float, float]:
    """Levels of the training loss at the best evaluation and at the end; NaN where not logged."""
    then = train.between(-math.inf, int(since.steps[0])).last(AROUND).values
    if not len(then):
        return math.nan, math.nan
    return float(then.mean()), float(train.last(AROUND).values.mean())


def _trains_on(train: Series, since: Series) -> bool:
    """The training loss is lower now than it was at the best evaluation."""
    then, now = _then_and_now(train, since)
    return now < then


def _left(train: Series, since: Series) -> float:
    """Which share of the training loss at the best evaluation is left."""
    then, now = _then_and_now(train, since)
    return now / then if then > 0 else math.inf


def _risen(context: Context, name: str, since: Series, level: float) -> Finding:
    least, step = float(since.values[0]), int(since.steps[0])
    return _found(
        context,
        name,
        since,
        say(
            _("The held-out loss rose from {least} at step {step} to {level}; training fell on."),
            least=figure(least),
            step=step,
            level=figure(level),
        ),
        say(_("Less than {rise} times its best."), rise=figure(context[RISE])),
        Number(level / least if least else math.inf, _("times its best")),
    )


def _by_heart(context: Context, name: str, since: Series, left: float) -> Finding:
    return _found(
        context,
        name,
        since,
        say(
            _(
                "Training fell to {left} of what it was at step {step}, and none of {count}"
                " evaluations since was better."
            ),
            left=percent(left),
            step=int(since.steps[0]),
            count=len(since) - 1,
        ),
        Message(_("A held-out loss that falls with the training loss.")),
        Number(left, _("of the training loss at the best evaluation")),
    )


def _found(
    context: Context, name: str, since: Series, says: Message, expected: Message, number: Number
) -> Finding:
    least, step = float(since.values[0]), int(since.steps[0])
    return Finding(
        state=State.WARN,
        says=says,
        expected=expected,
        looked_at=values_of(name, context.curve(name).finite),
        number=number,
        evidence=(evidence(name, since, Level(least, Message(_("best")))),),
        causes=(
            Message(_("The training set is learnt by heart: too many steps for its size.")),
            Message(_("Held-out data of another kind than the training set.")),
        ),
        remedy=say(_("Stop at about step {step}, or regularise and add data."), step=step),
        patch=context.patch(stop_patience=PATIENCE),
        check=Message(_("The held-out loss ends near its best.")),
        **span(since),
    )
