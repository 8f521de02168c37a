"""A study and its conclusion as JSON, the sentences in the language of the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard.api.wire import number, numbers
from dashboard.comparison import answer_words, failure_words
from dashboard.comparison.answer import Answer, Guardrail
from dashboard.comparison.attribution import Effect, Worth
from dashboard.comparison.changes import Difference
from dashboard.comparison.conclusion import Cleared, Comparison, Conclusion
from dashboard.comparison.decision import level_of
from dashboard.comparison.definition import NAMES
from dashboard.comparison.ledger import MISSING
from dashboard.comparison.models import Change, Study
from dashboard.comparison.more import More
from dashboard.comparison.more_words import says_more
from dashboard.comparison.outcome import Outcome, Side
from dashboard.comparison.reading import members
from dashboard.comparison.statistics.bootstrap import Estimate
from dashboard.comparison.statistics.intervals import Interval
from dashboard.comparison.symptom import says_symptom
from dashboard.health.verdict import wire
from dashboard.health.wording import tell


def brief(study: Study) -> dict[str, Any]:
    return {
        "id": study.pk,
        "project": study.project.name,
        "trainer": study.trainer,
        "design": study.design,
        "paired": study.paired,
        "rule": study.rule,
        "source": study.source_id,
        "afterwards": study.afterwards,
        "look": study.look,
        "level": level_of(study.look),
        "created_at": study.created_at,
        "created_by": study.created_by,
        **{name: getattr(study, name) for name in NAMES},
    }


def detail(study: Study) -> dict[str, Any]:
    held = members(study)
    return {
        **brief(study),
        "config": study.config,
        "parts": study.parts,
        "explanations": study.explanations,
        "changes": [_change(one) for one in study.changes.all()],
        "arms": [
            {
                "name": arm.name,
                "patch": arm.patch,
                "parts": arm.parts,
                "runs": [
                    {
                        "run": member.run_id,
                        "name": member.run_name,
                        "seed": member.seed,
                        "place": member.place,
                        "look": member.look,
                        "status": member.run.status if member.run else "deleted",
                    }
                    for member in held
                    if member.arm_id == arm.pk
                ],
            }
            for arm in study.arms.all()
        ],
    }


def conclusion(found: Conclusion) -> dict[str, Any]:
    return {
        "study": found.study.pk,
        "comparisons": [_comparison(one) for one in found.comparisons],
        "arms": [_side(side) for side in found.sides],
        "effects": [_effect(one) for one in found.effects],
    }


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "arm": one.arm.name,
        **_answer(one.answer),
        "more": _more(one.more),
        "rule": _cleared(one.cleared),
        "differences": [_difference(row) for row in one.ledger],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    """verdict: what the study says; of_numbers: what they would say alone."""
    return {
        "verdict": str(answer.verdict),
        "says": tell(answer_words.says(answer)),
        "of_numbers": str(answer.decision.verdict),
        "effect": answer.decision.effect,
        "interval": _interval(answer.decision.interval),
        "test": str(answer.decision.test),
        "why": tell(answer_words.why(answer)),
        "exact_p": answer.exact_p,
        "least_p": answer.least_p,
        "rank_p": answer.rank_p,
        "runs": list(answer.sample.sizes),
        "paired": answer.sample.paired,
        "treated": [tell(message) for message in failure_words.treated(answer)],
        "notes": [tell(message) for message in answer_words.notes(answer)],
        "iqm_difference": _estimate(answer.iqm),
        "probability_of_improvement": _estimate(answer.improvement),
        "guardrails": [_guardrail(one) for one in answer.guardrails],
        "confounders": list(answer.confounders),
    }


def _guardrail(one: Guardrail) -> dict[str, Any]:
    return {
        "metric": one.question.metric,
        "verdict": str(one.verdict),
        "says": tell(answer_words.says_guardrail(one)),
        "effect": one.decision.effect,
        "interval": _interval(one.decision.interval),
        "p": one.decision.p,
        "adjusted_p": one.adjusted_p,
    }


def _interval(interval: Interval | None) -> dict[str, Any] | None:
    if interval is None:
        return None
    return {"low": interval.low, "high": interval.high, "level": interval.level}


def _estimate(estimate: Estimate | None) -> dict[str, float] | None:
    if estimate is None:
        return None
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _more(more: More | None) -> dict[str, Any] | None:
    if more is None:
        return None
    told = tell(says_more(more))
    return {"seeds": more.seeds, "effect": more.effect, "power": more.power, "says": told}


def _cleared(cleared: Cleared | None) -> dict[str, Any] | None:
    if cleared is None:
        return None
    says = says_symptom(cleared.symptom, cleared.before, cleared.after)
    return {
        "outcome": str(cleared.symptom),
        "says": tell(says),
        "before": vars(cleared.before),
        "after": vars(cleared.after),
    }


def _difference(row: Difference) -> dict[str, Any]:
    return {
        "name": row.name,
        "before": _values(row.before),
        "after": _values(row.after),
        "standing": str(row.standing),
        "reason": row.reason,
    }


def _values(values: Sequence[Any]) -> list[Any]:
    return [wire(value) for value in values if value is not MISSING]


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "values": numbers(side.values),
        "runs": [_outcome(outcome) for outcome in side.outcomes],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.run,
        "seed": outcome.seed,
        "state": str(outcome.state),
        "value": number(outcome.value),
        "step": outcome.step,
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "part": effect.part,
        **_worth(effect.worth),
        "adjusted_p": effect.adjusted_p,
        "alone": _worth(effect.alone) if effect.alone else None,
        "on_top": _worth(effect.on_top) if effect.on_top else None,
    }


def _worth(worth: Worth) -> dict[str, Any]:
    return {
        "effect": worth.effect,
        "interval": _interval(worth.interval),
        "runs": worth.runs,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "after_start": change.started,
        "by": change.by,
        "at": change.at,
    }
