"""CNV-08."""

from __future__ import annotations

import math

import numpy as np

from dashboard.health.figures import figure
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
RISING = 6  # newest evaluations whose trend is tested
Z = 1.645  # Mann-Kendall, one-sided 5 %
AROUND = 20  # training values before an evaluation that are compared
PATIENCE = 4  # evaluations, in the offer


@rule(id="CNV-08", title=_("Overfitting"), thresholds=(ENOUGH, RISE, AGO))
def overfitting(context: Context) -> Finding:
    """The loss on held-out data rises while the training loss goes on falling.

    Paired evaluations only: at least 8 of them, the mean of the newest 3 above 1.25 times the best,
    the best at least 4 evaluations ago, the newest 6 rising (Mann-Kendall), and a training loss
    that is lower than it was at the best evaluation: a warning. In the pilot this found 7 of 18
    overfit runs with 2 false alarms in 216: it is careful, and misses a slow rise. A rule that
    compares the two losses once (10 % apart) alarmed on 78 to 100 % of healthy runs.

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
    if _overfits(context, held_out, best, level, least) and _trains_on(
        train, int(held_out.steps[best])
    ):
        return _found(context, name, held_out.last(len(held_out) - best), level)
    says = _("The held-out loss is {level}; its best was {least} at step {step}.")
    told = say(says, level=figure(level), least=figure(least), step=int(held_out.steps[best]))
    return fine(told, values_of(name, held_out))


def _overfits(context: Context, held_out: Series, best: int, level: float, least: float) -> bool:
    long_ago = len(held_out) - 1 - best >= context[AGO]
    risen = level > least + (context[RISE] - 1) * abs(least)
    return long_ago and risen and mann_kendall(held_out.values[-RISING:]) > Z


def _trains_on(train: Series, best: int) -> bool:
    """The training loss is lower now than it was at the best evaluation."""
    then = train.between(-math.inf, best).last(AROUND).values
    now = train.last(AROUND).values
    return bool(len(then) and now.mean() < then.mean())


def _found(context: Context, name: str, since: Series, level: float) -> Finding:
    least, step = float(since.values[0]), int(since.steps[0])
    return Finding(
        state=State.WARN,
        says=say(
            _("The held-out loss rose from {least} at step {step} to {level}; training fell on."),
            least=figure(least),
            step=step,
            level=figure(level),
        ),
        expected=say(_("Less than {rise} times its best."), rise=figure(context[RISE])),
        looked_at=values_of(name, context.curve(name).finite),
        number=Number(level / least if least else math.inf, _("times its best")),
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
