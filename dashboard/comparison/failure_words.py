"""How runs without a number were treated, in sentences: none is dropped in silence."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.comparison.answer import Answer
from dashboard.comparison.decision import Verdict
from dashboard.comparison.outcome import Outcome, Side, State
from dashboard.health.figures import figure
from dashboard.health.rule import Message, gettext_noop, say

_ = gettext_noop

NAMED = 5  # runs that a sentence lists

FAILED = {
    State.WAITING: _("{arm}: {count} of {planned} runs have not ended yet ({runs})."),
    State.NOT_A_NUMBER: _(
        "{arm}: {count} of {planned} runs ended with a value that is no number ({runs})."
    ),
    State.UNLOGGED: _("{arm}: {count} of {planned} runs never logged {metric} ({runs})."),
    State.CRASHED: _("{arm}: {count} of {planned} runs crashed ({runs})."),
    State.STOPPED: _("{arm}: {count} of {planned} runs were stopped before their end ({runs})."),
    State.DELETED: _("{arm}: {count} of {planned} runs were deleted ({runs})."),
}


def treated(answer: Answer) -> list[Message]:
    """What became of runs without a number; empty where every run has one."""
    return _told(answer, [State.WAITING]) + failed(answer)


def failed(answer: Answer) -> list[Message]:
    """The same of those runs alone that will never have one."""
    found = _told(answer, [state for state in FAILED if state != State.WAITING])
    if answer.sample.single:
        found.append(
            say(
                _("Runs that are left out because the other one of their pair has no number: {n}."),
                n=answer.sample.single,
            )
        )
    return found + _bounds(answer)


def _told(answer: Answer, states: Sequence[State]) -> list[Message]:
    return [
        _failed(side, state, answer.question.metric)
        for side in (answer.before, answer.after)
        for state in states
        if side.of(state)
    ]


def _failed(side: Side, state: State, metric: str) -> Message:
    outcomes = side.of(state)
    return say(
        FAILED[state],
        arm=side.name,
        count=len(outcomes),
        planned=len(side.outcomes),
        runs=_listed(outcomes),
        metric=metric,
    )


def _listed(outcomes: Sequence[Outcome]) -> str:
    names = [outcome.run for outcome in outcomes[:NAMED]]
    return ", ".join(names) + (" …" if len(outcomes) > NAMED else "")


def _bounds(answer: Answer) -> list[Message]:
    bounds = answer.bounds
    if bounds is None:
        if all(answer.sample.sizes) and (answer.before.failed or answer.after.failed):
            return [say(_("Runs without a number are left out of the interval."))]
        return []
    if answer.decision.verdict == Verdict.NO_DIFFERENCE:
        return [say(_("Arms with failed runs are not called equal: they differ in who fails."))]
    if bounds.worst is None:
        return [say(_("Only the arm that comes out worse has failed runs: the answer stands."))]
    if bounds.holds:
        text = _(
            "With each failed run counted as the worst value, {worst}, the answer is the same."
        )
    else:
        text = _("With each failed run counted as the worst value, {worst}, it would not hold.")
    return [say(text, worst=figure(bounds.worst))]
