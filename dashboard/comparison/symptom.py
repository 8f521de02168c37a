"""Is what the rule saw gone? The same rule, judged on the runs of both arms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dashboard.comparison.decision import Verdict
from dashboard.health.rule import Message, gettext_noop, say

_ = gettext_noop

SEEN = ("fail", "warn")


class Symptom(StrEnum):
    CLEARED = "cleared"
    CLEARED_BUT_WORSE = "cleared_but_worse"  # and the primary metric got worse
    STILL_THERE = "still_there"
    NEVER_SEEN = "never_seen"  # in the first arm neither: there was nothing to clear
    NOT_CHECKED = "not_checked"
    WAITING = "waiting"  # for the last of the arms' runs to end


@dataclass(frozen=True)
class Sightings:
    """How often the rule saw it in an arm's runs."""

    seen: int
    passed: int
    unchecked: int  # not enough evidence, not applicable, not examined
    waiting: int = 0  # have not ended

    @property
    def checked(self) -> int:
        return self.seen + self.passed


def sightings(verdicts: Iterable[Mapping[str, Any] | None], waiting: int = 0) -> Sightings:
    """One verdict of the rule an ended run; None where it was not judged."""
    states = [_state(verdict) for verdict in verdicts]
    seen = sum(state in SEEN for state in states)
    passed = states.count("pass")
    return Sightings(seen, passed, len(states) - seen - passed, waiting)


def symptom(before: Sightings, after: Sightings, primary: Verdict) -> Symptom:
    """primary: what the primary metric says."""
    if before.waiting or after.waiting:
        return Symptom.WAITING
    if after.seen:
        return Symptom.STILL_THERE
    if not before.checked or not after.checked:
        return Symptom.NOT_CHECKED
    if not before.seen:
        return Symptom.NEVER_SEEN
    return Symptom.CLEARED_BUT_WORSE if primary == Verdict.WORSE else Symptom.CLEARED


SAYS = {
    Symptom.CLEARED: _(
        "Cleared: the rule saw it in {seen_before} of {checked_before} runs before, and in none of"
        " {checked_after} after."
    ),
    Symptom.CLEARED_BUT_WORSE: _(
        "Cleared, but the metric got worse: the rule saw it in {seen_before} of {checked_before}"
        " runs before, and in none of {checked_after} after."
    ),
    Symptom.STILL_THERE: _(
        "Still there: the rule sees it in {seen_after} of {checked_after} runs after, and saw it in"
        " {seen_before} of {checked_before} before."
    ),
    Symptom.NEVER_SEEN: _(
        "Nothing to clear: the rule saw it in none of {checked_before} runs before."
    ),
    Symptom.NOT_CHECKED: _("Not checked: the rule could judge no run of one of the arms."),
    Symptom.WAITING: _(
        "The rule is judged when the last run has ended. So far it sees it in {seen_before} of"
        " {checked_before} runs before, and in {seen_after} of {checked_after} after."
    ),
}


NONE_YET = _("The rule is judged when the last run has ended.")


def says_symptom(found: Symptom, before: Sightings, after: Sightings) -> Message:
    if found == Symptom.WAITING and not before.checked + after.checked:
        return say(NONE_YET)
    return say(
        SAYS[found],
        seen_before=before.seen,
        checked_before=before.checked,
        seen_after=after.seen,
        checked_after=after.checked,
    )


def _state(verdict: Mapping[str, Any] | None) -> str:
    """What the rule saw, also where it is only a remark."""
    if verdict is None:
        return ""
    return str(verdict.get("held_back") or verdict["state"])
