"""Numbers of a decision in words, as several sentences tell them."""

from __future__ import annotations

from dashboard.comparison.answer import Answer
from dashboard.comparison.decision import Decision
from dashboard.comparison.statistics.intervals import Interval
from dashboard.health.figures import figure
from dashboard.health.rule import Message, gettext_noop, say

_ = gettext_noop


def signed(value: float) -> str:
    """An effect with its sign."""
    return figure(value) if value < 0 else f"+{figure(value)}"


def level_of(interval: Interval) -> str:
    return f"{100 * interval.level:g} %"


def names_of(answer: Answer) -> dict[str, str]:
    """What every sentence on a metric calls by name."""
    return {
        "metric": answer.question.metric,
        "before": answer.before.name,
        "after": answer.after.name,
    }


def told(decision: Decision) -> Message:
    """The effect with its interval, or that it has none."""
    if decision.effect is None:
        return say(_("an arm has no number of it"))
    if decision.interval is None:
        return say(_("{effect}, without an interval"), effect=signed(decision.effect))
    interval = decision.interval
    return say(
        _("{effect}, {low} to {high} at {level}"),
        effect=signed(interval.effect),
        low=signed(interval.low),
        high=signed(interval.high),
        level=level_of(interval),
    )
