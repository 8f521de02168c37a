"""The thresholds and targets that a project chooses: which hold, what may be, keeping a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dashboard.health.figures import plain
from dashboard.health.models import Choice
from dashboard.health.overrides import NONE, Overrides
from dashboard.health.rule import AnyThreshold, Rule
from dashboard.health.rules import RULES
from dashboard.health.target_words import unreadable
from dashboard.health.wording import tell
from dashboard.runs.models import Project
from trainers.targets import Unreadable, parse, written

Values = dict[str, dict[str, float]]


@dataclass(eq=False)
class Refused(Exception):
    """Why nothing was kept; what each faulty (rule, threshold) must be."""

    why: str
    faults: Mapping[tuple[str, str], str]


def in_force(project_id: int) -> Overrides:
    """What a project's runs are judged under now."""
    return overrides_of(newest(project_id))


def overrides_of(choice: Choice | None) -> Overrides:
    return Overrides(choice.version, choice.values, parse(choice.targets)) if choice else NONE


def newest(project_id: int) -> Choice | None:
    return Choice.objects.filter(project_id=project_id).order_by("-version").first()


def choose(
    project: Project, values: Mapping[str, Mapping[str, Any]], *,
    by: str, note: str, after: int, targets: str | None = None,
) -> Choice:  # fmt: skip
    """Keep a new version that holds from now on. Raises Refused where it cannot be meant.

    values: by rule and threshold, all that shall differ from the defaults
    after: the version that was looked at; refused where another came in between
    targets: as people write them, one a line or with ";" between; None: those that hold
    """
    chosen, before = read(values), newest(project.pk)
    kept = before.targets if before else ""
    wanted = kept if targets is None else readable(targets)
    if (before.version if before else 0) != after:
        raise _overtaken(before)
    try:
        with transaction.atomic():
            return Choice.objects.create(
                project=project, version=after + 1, values=chosen, targets=wanted,
                made_by=by, note=note,
            )  # fmt: skip
    except IntegrityError as error:  # two at once
        raise _overtaken(newest(project.pk)) from error


def changed(values: Mapping[str, Mapping[str, Any]], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values with some changed; None takes a threshold back to its default.

    What no rule has any more is left out.
    """
    known = {rule.name: {t.name for t in rule.thresholds} for rule in RULES}
    kept = {
        rule: {name: value for name, value in of_rule.items() if name in known[rule]}
        for rule, of_rule in values.items()
        if rule in known
    }
    for rule, of_rule in changes.items():
        kept[rule] = {**kept.get(rule, {}), **of_rule}
    return {
        rule: {name: value for name, value in of_rule.items() if value is not None}
        for rule, of_rule in kept.items()
    }


def must_be(threshold: AnyThreshold) -> str:
    """The range in words."""
    text = (
        _("a whole number from {low} to {high}")
        if threshold.is_whole
        else _("a number from {low} to {high}")
    )
    return text.format(low=plain(threshold.low), high=plain(threshold.high))


def read(values: Mapping[str, Mapping[str, Any]]) -> Values:
    """Those that are not the default. Raises Refused where any cannot be, naming each."""
    faults = {}
    chosen: Values = {}
    rules = {rule.name: rule for rule in RULES}
    for rule, of_rule in values.items():
        for name, value in of_rule.items():
            threshold = _find(rules.get(rule), name)
            if threshold is None:
                faults[rule, name] = _("There is no such threshold.")
            elif not threshold.allows(value):
                must = must_be(threshold)
                faults[rule, name] = _("It must be {range}.").format(range=must)
            elif value != threshold.default:
                chosen.setdefault(rule, {})[name] = type(threshold.default)(value)
    if faults:
        raise Refused(_("Some values cannot be: nothing was saved."), faults)
    return chosen


def readable(targets: str) -> str:
    """The targets, one a line. Raises Refused where the text holds anything else."""
    try:
        return "\n".join(map(written, parse(targets)))
    except Unreadable as error:
        place = ("metric_targets", "targets")
        raise Refused(_("Nothing was saved."), {place: tell(unreadable(error))}) from error


def _find(rule: Rule | None, name: str) -> AnyThreshold | None:
    return next((t for t in rule.thresholds if t.name == name), None) if rule else None


def _overtaken(newer: Choice | None) -> Refused:
    text = _("{who} saved version {version} meanwhile: look at it, then change what is left.")
    version, who = (newer.version, newer.made_by) if newer else (0, "?")
    return Refused(text.format(who=who, version=version), {})
