"""Runs that failed have no number: would the answer be the same with the worst one?

To leave them out in silence favours an arm that loses its bad runs. So a claim must hold also when
each failed run of the arm that it favours is counted as the worst value that any run has; and
nobody may call arms equal whose runs fail.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard.comparison.decision import Decision, Design, Question, Verdict, decide
from dashboard.comparison.outcome import Outcome, Side, State, sample


@dataclass(frozen=True)
class Bounds:
    """worst: the value that failed runs were counted as; None where none was of use."""

    holds: bool
    worst: float | None
    decision: Decision | None = None  # with them counted


def bounded(
    before: Side, after: Side, question: Question, design: Design, decision: Decision
) -> Bounds | None:
    """None where nothing was decided, or no run failed."""
    if decision.verdict == Verdict.NOT_ENOUGH or not (before.failed or after.failed):
        return None
    if decision.verdict == Verdict.NO_DIFFERENCE:
        return Bounds(holds=False, worst=None)
    better = after if decision.verdict == Verdict.IMPROVED else before
    if not better.failed:
        return Bounds(holds=True, worst=None)
    worst = (min if question.higher else max)([*before.values, *after.values])
    counted = _counted(better, worst)
    sides = (before, counted) if better is after else (counted, after)
    again = decide(sample(*sides, paired=design.paired), question, design.level)
    return Bounds(again.verdict == decision.verdict, worst, again)


def _counted(side: Side, value: float) -> Side:
    return replace(side, outcomes=[_valued(outcome, value) for outcome in side.outcomes])


def _valued(outcome: Outcome, value: float) -> Outcome:
    if outcome.state in (State.MEASURED, State.WAITING):
        return outcome
    return replace(outcome, state=State.MEASURED, value=value)
