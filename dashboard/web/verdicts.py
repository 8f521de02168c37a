"""A run's verdicts as its page shows them: what is wrong first, then what was not checked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.comparison.models import Design
from dashboard.comparison.trials import trials_of
from dashboard.health import choosing, measured
from dashboard.health.labelling import fits, held
from dashboard.health.models import Examination
from dashboard.health.precedence import COUNTS, explained, worst_first
from dashboard.health.rules import RULES
from dashboard.health.wording import worded
from dashboard.runs.models import Run
from dashboard.web import trials
from dashboard.web.asked_studies import asked_of
from dashboard.web.changes import overridden
from trainers.catalog import TRAINERS

KNOWN = {rule.name for rule in RULES}

Shown = dict[str, Any]  # a worded verdict with what the page adds to it


@dataclass(frozen=True)
class Verdicts:
    """In the reader's language. `bad` counts against the run; what explains others comes first."""

    bad: Sequence[Shown] = ()
    remarks: Sequence[Shown] = ()
    waiting: Sequence[Shown] = ()
    not_applicable: Sequence[Shown] = ()
    passing: Sequence[Shown] = ()
    together: Shown | None = None
    examination: Examination | None = None
    is_outdated: bool = False  # judged under other thresholds than the project has now
    charts: Sequence[str] = field(default_factory=list)

    @property
    def against(self) -> list[tuple[str, int]]:
        """How many fail and how many warn."""
        return list(Counter(verdict["state"] for verdict in self.bad).items())


def verdicts_of(run: Run) -> Verdicts:
    examination = getattr(run, "examination", None)
    if examination is None:
        return Verdicts()
    kept = worst_first(examination.verdicts)
    follows = explained(kept)
    shown = [worded(verdict) | _extras(run, verdict, examination) for verdict in kept]
    labels = held([run.pk])
    tried = [one for one in trials.shown(trials_of(run)) if one.run.pk != run.pk]
    asked = asked_of(run)
    for verdict in shown:
        verdict["asked"] = [one for one in asked if one.rule == verdict["rule"]]
        verdict["explains"] = [worded(other) for other in follows.get(verdict["rule"], ())]
        verdict["labels"] = [label for label in labels if label.rule == verdict["rule"]]
        verdict["tried"] = [one for one in tried if one.rule == verdict["rule"]]
    speaking = [verdict for verdict in shown if verdict["curves"]]
    return Verdicts(
        bad=[verdict for verdict in shown if verdict["state"] in COUNTS],
        remarks=[verdict for verdict in shown if verdict["remark"]],
        waiting=_in_state(shown, "waiting"),
        not_applicable=_in_state(shown, "not_applicable"),
        passing=[one for one in _in_state(shown, "pass") if not one["remark"]],
        together=_together(run, shown),
        examination=examination,
        is_outdated=examination.thresholds != choosing.in_force(run.project_id).version,
        charts=list(dict.fromkeys(name for verdict in speaking for name in verdict["curves"])),
    )


def _in_state(shown: Sequence[Shown], state: str) -> list[Shown]:
    return [verdict for verdict in shown if verdict["state"] == state]


def _extras(run: Run, verdict: Mapping[str, Any], examination: Examination) -> Shown:
    patch = verdict.get("patch") or {}
    speaks = verdict["state"] in ("fail", "warn") or verdict.get("remark")
    curves = [part["curve"] for part in verdict.get("evidence", ())] if speaks else []
    since = verdict.get("since_step")
    return {
        "curves": list(dict.fromkeys(curves)),
        "diff": _diff(run, patch),
        "clone": _clone_address(run, patch),
        "try": _try_address(run, verdict["rule"], patch),
        "ago": None if since is None else max(examination.step - since, 0),
        "step": examination.step,
        "made_at": examination.made_at,
        "rate": measured.rate(verdict["rule"]),
        "page": _page(verdict["rule"]),
        "may_be": fits(dict(verdict)),
        "chosen": overridden(dict(verdict)),
        "chosen_page": _chosen_page(run, verdict),
    }


def _page(rule: str) -> str:
    """The rule's own page; "" for a rule that this version does not have."""
    return reverse("rule", args=[rule]) if rule in KNOWN else ""


def _chosen_page(run: Run, verdict: Mapping[str, Any]) -> str:
    """The version of its project's thresholds that it was judged under; "" where none was."""
    told = verdict.get("overridden")
    if not told:
        return ""
    version = told["version"]
    query = urlencode({"project": run.project_id, "version": version})
    return f"{reverse('thresholds')}?{query}#version-{version}"


def _together(run: Run, verdicts: Sequence[Shown]) -> Shown | None:
    """The changes of all verdicts in one, where several offer some; the worse verdict's wins."""
    counting = [verdict for verdict in verdicts if not verdict.get("remark")]
    patches = [patch for verdict in counting if (patch := verdict.get("patch"))]
    merged = {name: value for patch in reversed(patches) for name, value in patch.items()}
    if not any(patch != merged for patch in patches):
        return None
    return {
        "diff": _diff(run, merged),
        "clone": _clone_address(run, merged),
        "study": _study_address(run, merged),
    }


def _diff(run: Run, patch: Mapping[str, Any]) -> list[Shown]:
    return [{"name": name, "old": run.config.get(name), "new": new} for name, new in patch.items()]


def _clone_address(run: Run, patch: Mapping[str, Any]) -> str:
    """ "" where the trainer is no more."""
    if run.trainer not in TRAINERS or not patch:
        return ""
    query = urlencode({"clone": run.pk, "patch": json.dumps(patch)})
    return f"{reverse('launch_trainer', args=[run.trainer])}?{query}"


def _study_address(run: Run, patch: Mapping[str, Any]) -> str:
    """Of a study that leaves each change out once. "" where the trainer is no more."""
    if run.trainer not in TRAINERS or not patch:
        return ""
    asked = {"run": run.pk, "patch": json.dumps(patch), "design": Design.LEAVE_ONE_OUT}
    return f"{reverse('study_new')}?{urlencode(asked)}"


def _try_address(run: Run, rule: str, patch: Mapping[str, Any]) -> str:
    """ "" where the trainer is no more, or none of its settings is offered."""
    known = TRAINERS[run.trainer].config.model_fields if run.trainer in TRAINERS else {}
    return reverse("try_fix", args=[run.pk, rule]) if set(patch) & set(known) else ""
