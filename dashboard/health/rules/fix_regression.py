"""FIX-05."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.health.baseline import Baseline
from dashboard.health.compared import COMPARING, against, chained, ill, not_yet, told
from dashboard.health.rule import (
    STATES,
    Context,
    Finding,
    Message,
    Number,
    State,
    gettext_noop,
    rule,
    say,
    waiting,
)
from dashboard.health.seen import fine

_ = gettext_noop

SHOWN = 5
JUDGED = (str(State.PASS), str(State.WARN), str(State.FAIL))


@rule(id="FIX-05", title=_("Fix: side effects"), weight="remark")
def fix_regression(context: Context) -> Finding:
    """Another rule got worse than it was in the baseline.

    A fix that mends one symptom may bring another: a scale of ln 100 ends the flat logits and
    starts the loss above chance. Every rule that judged both runs is compared; one that passed and
    now warns or fails, or warned and now fails, is told.

    The rules of the fix themselves do not count. A rule that could not judge the baseline says
    nothing about what got worse. Rules alarm falsely now and then, so one that does so in one of
    two runs is named here as well: a remark until that is measured.
    """
    baseline = against(context)
    if isinstance(baseline, Finding):
        return baseline
    if early := not_yet(context, baseline):
        return early
    judged = _judged(context, baseline)
    looked_at = say(_("{count} rules that judged both runs"), count=len(judged))
    if not judged:
        return waiting(looked_at, Message(_("No rule has judged both runs yet.")))
    worse = [name for name in judged if _rank(context.verdicts[name]) < _rank(judged[name])]
    if not worse:
        says = _("None of {count} rules got worse.")
        return fine(say(says, count=len(judged)), looked_at, Number(0.0, _("rules got worse")))
    return _found(context, worse, looked_at)


def _judged(context: Context, baseline: Baseline) -> dict[str, Mapping[str, Any]]:
    """The baseline's verdicts that this run has as well."""
    return {
        name: was
        for name, was in baseline.verdicts.items()
        if name not in COMPARING
        and was.get("state") in JUDGED
        and context.verdicts.get(name, {}).get("state") in JUDGED
    }


def _rank(verdict: Mapping[str, Any]) -> int:
    """Lower is worse."""
    return STATES.index(verdict["state"])


def _found(context: Context, worse: list[str], looked_at: Message) -> Finding:
    lines = [
        say(
            _("{title}: {now}"),
            title=told(context.verdicts[name], "title"),
            now=told(context.verdicts[name], "says"),
        )
        for name in worse[:SHOWN]
    ]
    head = say(_("Rules that got worse than in the baseline: {count}."), count=len(worse))
    failing = [name for name in worse if ill(context.verdicts[name])]
    steps = [step for name in failing if (step := context.verdicts[name].get("since_step"))]
    return Finding(
        state=State.WARN,
        says=chained([head, *lines]),
        expected=Message(_("No rule is worse than in the baseline.")),
        looked_at=looked_at,
        number=Number(float(len(worse)), _("rules got worse")),
        since_step=min((int(step) for step in steps), default=None),
        causes=(
            Message(_("The change itself: the symptom is there in every seed of a study.")),
            Message(_("Chance: it is there in some seeds of the baseline as well.")),
        ),
        remedy=Message(_("Look at the rules that are named; run both with more seeds.")),
        check=Message(_("No rule is named here.")),
    )
