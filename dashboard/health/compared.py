"""What the rules that look at the baseline share: whether there is one, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.health.baseline import Baseline
from dashboard.health.differing import Change, Missing, changes
from dashboard.health.effective import effective
from dashboard.health.rule import (
    Context,
    Finding,
    Message,
    State,
    gettext_noop,
    not_applicable,
    say,
    waiting,
)
from trainers.loop.config import BESIDE_LEARNING

_ = gettext_noop

ILL = (str(State.FAIL), str(State.WARN))
COMPARING = (
    "metric_definition",
    "fix_applied",
    "fix_symptom",
    "fix_outcome",
    "fix_confounded",
    "fix_regression",
)  # rules that judge a comparison and no run: they are no symptoms themselves
ELSEWHERE = (*BESIDE_LEARNING, "cache_dir", "reading_threads")  # change nothing that is learnt


def against(context: Context) -> Baseline | Finding:
    """The baseline, or why there is nothing to compare with."""
    baseline = context.baseline
    if baseline is None:
        return not_applicable(
            Message(_("This run has no baseline: none was chosen, or it was deleted."))
        )
    mine = str((context.origin or {}).get("trainer", baseline.trainer))
    if mine != baseline.trainer:
        says = _("The baseline is a run of another trainer, {trainer}.")
        return not_applicable(say(says, trainer=baseline.trainer))
    return baseline


def not_yet(context: Context, baseline: Baseline) -> Finding | None:
    """What has to happen before the two runs can be compared by what they did."""
    if not baseline.over:
        says = _("The baseline {name} is not over yet: it is at step {step}.")
        return waiting(to_baseline(baseline), say(says, name=baseline.name, step=baseline.step))
    if not context.curves:
        return waiting(to_baseline(baseline), Message(_("No metric has arrived yet.")))
    return None


def to_baseline(baseline: Baseline) -> Message:
    return say(_("the baseline {name}"), name=baseline.name)


def asked_changes(context: Context, baseline: Baseline) -> tuple[Change, ...]:
    """Settings that were chosen otherwise, without those that change nothing that is learnt."""
    return _learning(changes(baseline.config, context.config))


def real_changes(context: Context, baseline: Baseline) -> tuple[Change, ...]:
    """Settings that are really other, by what both trainers stated."""
    before = effective(baseline.config, baseline.facts)
    return _learning(changes(before, effective(context.config, context.facts)))


def _learning(found: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(change for change in found if change.name not in ELSEWHERE)


def ill(verdict: Mapping[str, Any] | None) -> bool:
    """Failing or warning, and counted."""
    return verdict is not None and verdict.get("state") in ILL


def told(verdict: Mapping[str, Any], part: str) -> Message:
    """A message of a kept verdict, to stand within another one."""
    message = verdict.get(part) or {}
    return Message(str(message.get("text", "")), message.get("values") or {})


def chained(messages: Iterable[Message]) -> Message:
    """One after the other, as one message."""
    whole: Message | None = None
    for message in messages:
        whole = message if whole is None else say(_("{one} {more}"), one=whole, more=message)
    return whole or Message("")


def absent(value: Any) -> bool:
    return value is None or value == "" or isinstance(value, Missing)
