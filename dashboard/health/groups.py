"""What a rule is about, by the first part of its id, and the worst that it may say."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from functools import cache

from dashboard.health.rule import Examine, Message, Rule, State, gettext_noop
from dashboard.health.rules import RULES

_ = gettext_noop

GROUPS: dict[str, Message] = {
    "NUM": Message(_("Numerics")),
    "CNV": Message(_("Convergence")),
    "CTR": Message(_("Contrastive losses")),
    "DAT": Message(_("Data")),
    "THR": Message(_("Throughput")),
    "CCH": Message(_("Cache")),
    "RES": Message(_("Resources")),
    "REP": Message(_("Reproducibility")),
    "FIX": Message(_("After a fix")),
}


def grouped(rules: Sequence[Rule] = RULES) -> list[tuple[Message, list[Rule]]]:
    """The groups that have rules, each rule by its id."""
    found = [
        (title, [rule for rule in rules if group(rule) == key]) for key, title in GROUPS.items()
    ]
    return [(title, sorted(rules, key=lambda rule: rule.id)) for title, rules in found if rules]


def group(rule: Rule) -> str:
    return rule.id.partition("-")[0]


def severity(rule: Rule) -> State | None:
    """The worst state that the rule's own file names; None where it names neither."""
    source = _source(rule.examine)
    return next(
        (state for state in (State.FAIL, State.WARN) if f"State.{state.name}" in source), None
    )


@cache
def _source(examine: Examine) -> str:
    return inspect.getsource(inspect.getmodule(examine) or examine)
