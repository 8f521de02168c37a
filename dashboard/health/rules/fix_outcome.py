"""FIX-03."""

from __future__ import annotations

import math

from dashboard.health.baseline import Primary
from dashboard.health.compared import against, not_yet
from dashboard.health.figures import figure
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    Number,
    evidence,
    gettext_noop,
    not_applicable,
    rule,
    say,
    waiting,
)
from dashboard.health.seen import values_of
from dashboard.metrics.series import Series

_ = gettext_noop

MORE_SEEDS = 2  # of each: with 3 pairs a t test finds 2 standard deviations in 79 % of cases


@rule(id="FIX-03", title=_("Fix: outcome"), weight="remark")
def fix_outcome(context: Context) -> Finding:
    """What one run and its baseline can say about the outcome of a fix, and what they cannot.

    The metric that decides is told for both, and nothing is concluded from it: two runs of one and
    the same configuration differ as well, by how much is unknown from one run each. No test is made
    on the steps. Steps are no replicates: two runs of the same configuration are "significantly
    different" in 43 to 86 % of cases when 50 to 2000 of their steps are compared by a t test.

    So this rule never passes and never fails. Two more seeds of each, paired by seed, make three
    pairs, by which a difference of two standard deviations between seeds is found in about 79 % of
    cases (a paired t test, seeds correlated by 0.8); a study of the two configurations launches
    and judges them.
    """
    baseline, primary = against(context), context.primary
    if isinstance(baseline, Finding):
        return baseline
    if primary is None:
        return not_applicable(
            Message(_("This trainer declares no metric that says whether a fix worked."))
        )
    if early := not_yet(context, baseline):
        return early
    values = context.curve(primary.name).finite
    if not len(values) or baseline.reached is None or not math.isfinite(baseline.reached):
        says = _("{name} has no value yet in both runs.")
        return waiting(
            say(_("{count} values of {name}"), count=len(values), name=primary.name),
            say(says, name=primary.name),
        )
    return _told(context, baseline.reached, primary, values)


def _told(context: Context, was: float, primary: Primary, values: Series) -> Finding:
    now = float(values.values[-1])
    text = _(
        "One run each: {name} {now} here at step {step}, {was} in the baseline, {better}. The"
        " spread between runs of one configuration is unknown, so this is not evidence that the"
        " change caused the difference."
    )
    more = Message(_("This run is not over yet."))
    says = say(
        text,
        name=primary.name,
        now=figure(now),
        was=figure(was),
        step=int(values.steps[-1]),
        better=_better(primary.direction, now - was),
    )
    return waiting(
        values_of(primary.name, values),
        says if context.over else say(_("{one} {more}"), one=says, more=more),
        number=Number(now - was, _("difference of one run to another")),
        evidence=(evidence(primary.name, values),),
        remedy=say(
            _(
                "Run {more} more seeds of each, paired by seed, as a study: three pairs find a"
                " difference of 2 standard deviations between seeds with about 79 % power."
            ),
            more=MORE_SEEDS,
        ),
        check=Message(_("The study's interval of the difference leaves zero out.")),
    )


def _better(direction: str, difference: float) -> Message:
    if difference == 0:
        return Message(_("the same"))
    if direction == "none":
        return Message(_("which is neither better nor worse by itself"))
    better = (difference > 0) == (direction == "higher")
    return Message(_("better")) if better else Message(_("worse"))
