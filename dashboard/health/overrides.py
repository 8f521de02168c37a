"""What was chosen for a project's runs: thresholds in place of the rules' own, and targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.health.rule import Rule
from trainers.targets import Target

Values = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Overrides:
    """What a project chose, as it was kept: by rules and thresholds that may be gone by now.

    Version 0 is that nothing was ever chosen.
    """

    version: int = 0
    values: Values = field(default_factory=dict)
    targets: tuple[Target, ...] = ()  # that every run of the project should reach

    def of(self, rule: Rule) -> dict[str, float]:
        """Those that the rule has, may have, and does not have anyway."""
        kept = self.values.get(rule.name, {})
        return {
            t.name: type(t.default)(kept[t.name])
            for t in rule.thresholds
            if t.name in kept and t.allows(kept[t.name]) and kept[t.name] != t.default
        }

    def ignored(self, rules: Iterable[Rule]) -> list[tuple[str, str, Any]]:
        """(rule, threshold, value) that no rule has, or may have, any more."""
        known = {(rule.name, t.name): t for rule in rules for t in rule.thresholds}
        return [
            (rule, name, value)
            for rule, values in self.values.items()
            for name, value in values.items()
            if (rule, name) not in known or not known[rule, name].allows(value)
        ]


NONE = Overrides()
