"""The answer of a study, as values: verdict, effect, interval, and how failed runs were treated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dashboard.comparison.decision import (
    Decision,
    Design,
    Question,
    Test,
    Verdict,
    decide,
    exact_p,
)
from dashboard.comparison.outcome import Sample, Side, State, sample
from dashboard.comparison.statistics import exact
from dashboard.comparison.statistics.bootstrap import (
    Estimate,
    iqm_difference,
    probability_of_improvement,
)
from dashboard.comparison.statistics.holm import adjusted
from dashboard.comparison.worst_case import Bounds, bounded
from dashboard.health.rule import Message

DECIDED = (Verdict.IMPROVED, Verdict.WORSE, Verdict.NO_DIFFERENCE)


@dataclass(frozen=True)
class Guardrail:
    """A metric that must not get worse. adjusted_p: Holm's, among all guardrails of the study."""

    question: Question
    decision: Decision
    verdict: Verdict
    adjusted_p: float | None
    incomparable: Message | None = None


@dataclass(frozen=True)
class Answer:
    """verdict: what the study says; decision: what its numbers alone say.

    exact_p: None where it is not counted; least_p: the smallest that so many runs could reach.
    """

    question: Question
    design: Design
    before: Side
    after: Side
    sample: Sample
    verdict: Verdict
    decision: Decision
    exact_p: float | None
    least_p: float | None
    rank_p: float | None
    bounds: Bounds | None  # None where no run failed, or nothing was decided
    iqm: Estimate | None
    improvement: Estimate | None
    guardrails: tuple[Guardrail, ...] = ()
    confounders: tuple[str, ...] = ()
    incomparable: Message | None = None

    @property
    def waiting(self) -> int:
        """Runs that have not ended."""
        return sum(len(side.of(State.WAITING)) for side in (self.before, self.after))

    @property
    def hurt(self) -> list[Guardrail]:
        return [guard for guard in self.guardrails if guard.verdict == Verdict.WORSE]


def answer(before: Side, after: Side, question: Question, design: Design) -> Answer:
    """What the primary metric says; `guarded`, `confounded` and `incomparable` add the rest."""
    found = sample(before, after, paired=design.paired)
    decision = decide(found, question, design.level)
    bounds = bounded(before, after, question, design, decision)
    both = all(found.sizes)
    return Answer(
        question,
        design,
        before,
        after,
        found,
        _verdict(before, after, decision, bounds),
        decision,
        exact_p(found) if both else None,
        exact.least(*found.sizes, paired=found.paired) if both else None,
        exact.mann_whitney(found.before, found.after) if both and not found.paired else None,
        bounds,
        iqm_difference(found.before, found.after, paired=found.paired, level=design.level),
        probability_of_improvement(
            found.before,
            found.after,
            paired=found.paired,
            higher=question.higher,
            level=design.level,
        ),
    )


def guarded(
    answer: Answer,
    asked: Sequence[tuple[Question, Side, Side]],
    barred: Sequence[tuple[Question, Message]] = (),
) -> Answer:
    """The same with its guardrails: (what is asked, before, after), judged together by Holm.

    barred: those whose numbers are not compared, and why.
    """
    level = answer.design.level
    decisions = [
        (question, decide(sample(one, other, paired=answer.design.paired), question, level))
        for question, one, other in asked
    ]
    nothing = Decision(Verdict.NOT_ENOUGH, Test.NONE)
    closed = [Guardrail(q, nothing, Verdict.NOT_COMPARABLE, None, why) for q, why in barred]
    return replace(answer, guardrails=(*_judged(decisions, level), *closed))


def confounded(answer: Answer, by: Sequence[str]) -> Answer:
    """The same where something else differs between the arms that nobody has explained."""
    verdict = Verdict.CONFOUNDED if by and answer.verdict in DECIDED else answer.verdict
    return replace(answer, confounders=tuple(by), verdict=verdict)


def incomparable(answer: Answer, why: Message | None) -> Answer:
    """The same where the metric means another thing in each arm: its numbers are not compared."""
    if why is None:
        return answer
    return replace(answer, incomparable=why, verdict=Verdict.NOT_COMPARABLE)


def _verdict(before: Side, after: Side, decision: Decision, bounds: Bounds | None) -> Verdict:
    if before.of(State.WAITING) or after.of(State.WAITING):
        return Verdict.NOT_ENOUGH  # whoever looks early and often finds something in the end
    return Verdict.NOT_ENOUGH if bounds and not bounds.holds else decision.verdict


def _judged(decisions: Sequence[tuple[Question, Decision]], level: float) -> tuple[Guardrail, ...]:
    tested = [decision.p for _, decision in decisions if decision.p is not None]
    probabilities = iter(adjusted(tested))
    return tuple(
        _guardrail(
            question, decision, next(probabilities) if decision.p is not None else None, level
        )
        for question, decision in decisions
    )


def _guardrail(question: Question, decision: Decision, p: float | None, level: float) -> Guardrail:
    """Worse or better only by the adjusted p; within its margin by its own interval."""
    verdict = decision.verdict
    certain = p is not None and p <= 1 - level and decision.test != Test.NONE
    if verdict in (Verdict.IMPROVED, Verdict.WORSE) and not certain:
        verdict = Verdict.NOT_ENOUGH
    return Guardrail(question, decision, verdict, p)
