"""A study as its page shows it: sentences and rows, in the reader's language."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dashboard.charts.colours import ink
from dashboard.comparison import answer_words, change_words, effect_words, failure_words
from dashboard.comparison.answer import Guardrail
from dashboard.comparison.answer_words import LABELS
from dashboard.comparison.changes import Difference, Standing
from dashboard.comparison.conclusion import Comparison, Conclusion
from dashboard.comparison.decision import Verdict
from dashboard.comparison.decision_words import level_of, signed
from dashboard.comparison.models import Arm, Member, Study
from dashboard.comparison.more_words import says_more
from dashboard.comparison.outcome import Outcome, Side
from dashboard.comparison.queueing import MOST_SEEDS
from dashboard.comparison.report import pictures
from dashboard.comparison.report.words import STANDINGS, STATES
from dashboard.comparison.statistics.intervals import Interval
from dashboard.comparison.symptom import says_symptom
from dashboard.health.figures import figure
from dashboard.health.wording import tell

LOOKS = {Verdict.IMPROVED: "pass", Verdict.WORSE: "fail"}  # others are neither good nor bad
OPEN = (Standing.CONFOUNDER, Standing.UNKNOWN, Standing.EXPLAINED)  # that a person may explain
USUAL_MORE = 2


def label(verdict: Verdict) -> dict[str, str]:
    """The answer in a word or two."""
    return {"word": _(LABELS[verdict]), "look": LOOKS.get(verdict, "open")}


def effect(one: Comparison) -> dict[str, str]:
    """The effect with its interval, as figures; empty where there is none."""
    decision = one.answer.decision
    return figures(decision.effect, decision.interval)


def figures(effect: float | None, interval: Interval | None) -> dict[str, str]:
    if effect is None:
        return {}
    told = {"effect": signed(effect)}
    if interval:
        told |= {
            "low": signed(interval.low),
            "high": signed(interval.high),
            "level": level_of(interval),
        }
    return told


def compared(one: Comparison) -> dict[str, Any]:
    """One arm against the first: what is said, and why."""
    answer = one.answer
    measured = any(side.values for side in (answer.before, answer.after))
    return {
        "arm": one.arm,
        "label": label(answer.verdict),
        "figures": effect(one),
        "says": tell(answer_words.says(answer)),
        "why": tell(answer_words.why(answer)),
        "notes": [tell(note) for note in answer_words.notes(answer)],
        "treated": [tell(told) for told in failure_words.failed(answer)],
        "strip": _svg(pictures.strip(answer, one.arm.place)) if measured else "",
        "guardrails": [_guardrail(guard) for guard in answer.guardrails],
        "more": tell(says_more(one.more)) if one.more else "",
        "cleared": _cleared(one),
        "ledger": [_difference(row) for row in one.ledger],
    }


def more_seeds(found: Conclusion) -> int:
    """What the button that queues more begins with."""
    more = found.main.more
    return min(more.seeds, MOST_SEEDS) if more and more.seeds else USUAL_MORE


def open_differences(found: Conclusion) -> list[str]:
    """Those that a person may explain, or whose explanation may be taken back."""
    rows = (row for one in found.comparisons for row in one.ledger if row.standing in OPEN)
    return list(dict.fromkeys(row.name for row in rows))


def arms(found: Conclusion, held: Sequence[Member]) -> Iterator[dict[str, Any]]:
    """Each arm with its runs, in the order in which they were queued."""
    study = found.study
    for arm, side in zip(study.arms.all(), found.sides, strict=True):
        yield {
            "arm": arm,
            "ink": ink(arm.place + 1),
            "patch": patch(study, arm),
            "runs": list(_runs(study, side, [m for m in held if m.arm_id == arm.pk])),
            "measured": len(side.values),
            "mean": figure(statistics.fmean(side.values)) if side.values else "",
            "spread": figure(statistics.stdev(side.values)) if len(side.values) > 1 else "",
        }


def patch(study: Study, arm: Arm) -> list[dict[str, Any]]:
    """What an arm changes, by line."""
    return [
        {"name": name, "old": study.config.get(name), "new": new} for name, new in arm.patch.items()
    ]


def effects(found: Conclusion) -> dict[str, Any]:
    """What each part of the fix is worth; empty where it was not taken apart."""
    if not found.effects:
        return {}
    return {
        "meaning": effect_words.meaning(found.study.design),
        "heads": effect_words.heads(found.effects),
        "rows": effect_words.rows(found.effects),
    }


def guardrails(study: Study) -> list[dict[str, Any]]:
    """As they were asked for."""
    return [
        {**one, "lower": one["direction"] == "lower", "smallest": _figure(one.get("smallest"))}
        for one in study.guardrails
    ]


def changes(study: Study) -> list[dict[str, Any]]:
    """What was changed in the question since it was put, the oldest first."""
    kept = study.changes.all()
    return [{"says": change_words.says(o), "at": o.at, "started": o.started} for o in kept]


def _runs(study: Study, side: Side, held: Sequence[Member]) -> Iterator[dict[str, Any]]:
    left: dict[tuple[str, int], list[Member]] = {}
    for member in held:
        left.setdefault((member.run_name, member.seed), []).append(member)
    for outcome in side.outcomes:
        same = left.get((outcome.run, outcome.seed))
        yield _run(study, outcome, same.pop(0) if same else None)


def _run(study: Study, outcome: Outcome, member: Member | None) -> dict[str, Any]:
    return {
        "name": outcome.run,
        "short": outcome.run.removeprefix(f"{study.title} · "),
        "seed": outcome.seed,
        "run": member.run if member else None,
        "state": _(STATES[outcome.state]),
        "value": outcome.value,
        "step": outcome.step,
    }


def _guardrail(guard: Guardrail) -> dict[str, Any]:
    return {
        "metric": guard.question.metric,
        "label": label(guard.verdict),
        "says": tell(answer_words.says_guardrail(guard)),
        "p": _figure(guard.decision.p),
        "adjusted_p": _figure(guard.adjusted_p),
    }


def _cleared(one: Comparison) -> dict[str, str] | None:
    cleared = one.cleared
    if cleared is None:
        return None
    says = says_symptom(cleared.symptom, cleared.before, cleared.after)
    return {"symptom": str(cleared.symptom), "says": tell(says)}


def _difference(row: Difference) -> Mapping[str, Any]:
    return {
        "name": row.name,
        "before": row.before,
        "after": row.after,
        "standing": str(row.standing),
        "word": _(STANDINGS[row.standing]),
        "reason": row.reason,
    }


def _figure(value: float | None) -> str:
    return "–" if value is None else figure(value)


def _svg(picture: str) -> SafeString:
    return mark_safe(picture)  # numbers and escaped text alone
