"""What differs between two choices of thresholds and targets, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from dashboard.health.rules import RULES
from dashboard.health.verdict import Verdict


@dataclass(frozen=True)
class Change:
    """One threshold. None: no rule has it any more, so its default is not known."""

    rule: str
    title: str
    name: str
    says: str
    old: Any
    new: Any


def changes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> list[Change]:
    """In the order of the rules; what is no rule's any more comes last."""
    names = {(rule, name) for values in (before, after) for rule in values for name in values[rule]}
    known = [(rule.name, t.name) for rule in RULES for t in rule.thresholds]
    ordered = [*known, *sorted(names - set(known))]
    found = [_change(*place, before, after) for place in ordered if place in names]
    return [change for change in found if change.old != change.new]


def target_changes(before: str, after: str) -> list[Change]:
    """One change of all targets together; none where they are the same."""
    if before == after:
        return []
    old, new = ("; ".join(text.splitlines()) or "–" for text in (before, after))
    title = _("Declared targets")
    return [Change("metric_targets", title, "targets", _("of every run"), old, new)]


def overridden(verdict: Verdict) -> list[Change]:
    """The thresholds that were not the rule's own when it judged: its default, and what held."""
    told = verdict.get("overridden")
    if not told:
        return []
    held = {name: verdict["thresholds"][name] for name in told["defaults"]}
    return changes({verdict["rule"]: told["defaults"]}, {verdict["rule"]: held})


def _change(rule: str, name: str, before: Any, after: Any) -> Change:
    found = next((r for r in RULES if r.name == rule), None)
    threshold = next((t for t in found.thresholds if t.name == name), None) if found else None
    default = threshold.default if threshold else None
    return Change(
        rule=rule,
        title=_(found.title.text) if found else rule,
        name=name,
        says=_(threshold.says) if threshold else name,
        old=before.get(rule, {}).get(name, default),
        new=after.get(rule, {}).get(name, default),
    )
