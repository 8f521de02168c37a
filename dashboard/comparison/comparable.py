"""May a metric's numbers be compared between the arms, or does it mean another thing in each?

A loss whose definition, scale or number of candidates changed is another loss: ln 4 among four
candidates is as good as ln 132 among 132. Which settings define which metric is known of the
built-in trainers (health/definitions.py); any trainer can state it as the fact `loss/definition`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.health.definitions import covers, redefined
from dashboard.health.differing import Change, named
from dashboard.health.figures import figure
from dashboard.health.rule import Message, gettext_noop, say
from trainers.config import Trainer

_ = gettext_noop

DEFINITION = "loss/definition"
CANDIDATES = "region/candidates"
SHARE = "loss_over_chance"  # losses as shares of chance are made to be compared
FIXED = "eval/"
CLOSE = 0.01  # numbers of candidates that differ by less are one number
RECALL, EVALUATED_LOSS = "recall_at_1", "loss"


@dataclass(frozen=True)
class Told:
    """What the runs of an arm are and state: one a run. candidates: the last number of them."""

    configs: Sequence[Mapping[str, Any]]
    facts: Sequence[Mapping[str, Any]]
    candidates: Sequence[float] = field(default=())

    @property
    def one(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Configuration and facts of the first run that states any, else of the first."""
        pairs = list(zip(self.configs, self.facts, strict=True))
        return next((pair for pair in pairs if pair[1]), pairs[0] if pairs else ({}, {}))


def incomparable(
    metric: str, before: Told, after: Told, trainer: str, known: Trainer | None
) -> Message | None:
    """Why the metric is not compared as a number, and which one to use; None where it may be.

    known: the trainer as the catalogue has it; None where it is in none.
    """
    changed = _changed(metric, before, after, trainer)
    instead = named(_instead(before, after, trainer, known)) or "-"
    if changed:
        return say(
            _(
                "{metric} measures another thing in each arm ({changes}): its numbers are not"
                " compared. Comparable: {instead}."
            ),
            metric=metric,
            changes=named(changed),
            instead=instead,
        )
    return _by_candidates(metric, before, after, instead)


def _changed(metric: str, before: Told, after: Told, trainer: str) -> list[Change]:
    """What makes it another metric."""
    found = redefined(trainer, before.one, after.one)
    by_setting = [c for one, changes in found.items() if covers([one], metric) for c in changes]
    if by_setting or not depends_on_definition(metric):
        return by_setting
    one, other = _definitions(before), _definitions(after)
    if not one or not other or one == other:
        return []
    return [Change(DEFINITION, " / ".join(sorted(one)), " / ".join(sorted(other)))]


def _instead(before: Told, after: Told, trainer: str, known: Trainer | None) -> list[str]:
    names = comparable_metrics(known)
    return [name for name in names if not _changed(name, before, after, trainer)]


def depends_on_definition(metric: str) -> bool:
    """A training loss, in whatever unit the configuration gives it."""
    return "loss" in metric and not metric.startswith(FIXED) and not metric.endswith(SHARE)


def comparable_metrics(trainer: Trainer | None) -> list[str]:
    """Those that mean the same in every run of a trainer: its primary, recall, held-out losses."""
    if trainer is None:
        return []
    fixed = [m.name for m in trainer.metrics if m.name.startswith(FIXED) and m.direction != "none"]
    chosen = [n for n in fixed if n.endswith((RECALL, EVALUATED_LOSS)) and n.count("/") == 1]
    return list(dict.fromkeys([*([trainer.primary] if trainer.primary in fixed else []), *chosen]))


def _definitions(arm: Told) -> set[str]:
    return {str(facts[DEFINITION]) for facts in arm.facts if DEFINITION in facts}


def _by_candidates(metric: str, before: Told, after: Told, instead: str) -> Message | None:
    if not depends_on_definition(metric) or not before.candidates or not after.candidates:
        return None
    one = sum(before.candidates) / len(before.candidates)
    other = sum(after.candidates) / len(after.candidates)
    if abs(one - other) <= CLOSE * max(one, other):
        return None
    return say(
        _(
            "{metric} chooses among {one} candidates in one arm and {other} in the other: chance is"
            " ln N, so its numbers are not compared. Comparable: {instead}."
        ),
        metric=metric,
        one=figure(one),
        other=figure(other),
        instead=instead,
    )
