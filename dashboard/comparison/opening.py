"""Open a study whose runs are queued: of a plan, or of a verdict on a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from dashboard.comparison.attribution import Planned
from dashboard.comparison.definition import Definition, StudyError
from dashboard.comparison.models import Arm, Study
from dashboard.comparison.order import seeds_after
from dashboard.comparison.plan import Plan, before_and_after, checked, parts_of_fix
from dashboard.comparison.queueing import queue
from dashboard.comparison.who import Who
from dashboard.health.models import Examination
from dashboard.runs.models import Project, Run
from trainers.catalog import BUILT_IN


@transaction.atomic
def open_study(asked: Definition, plan: Plan, who: Who) -> Study:
    """Keep the question, then queue its runs, the arms by turns.

    ConfigError: a configuration that the trainer refuses. StudyError: arms or seeds that cannot be.
    disk.NoRoom: the app's disk is full.
    """
    config = checked(plan)
    project, _ = Project.objects.get_or_create(name=plan.project)
    study = Study.objects.create(
        project=project,
        trainer=plan.trainer,
        config=config,
        design=plan.design,
        parts=[{"name": part.name, "patch": dict(part.patch)} for part in plan.parts],
        paired=plan.trainer in BUILT_IN if plan.paired is None else plan.paired,
        rule=plan.rule,
        source=plan.source,
        created_by=who.by,
        **asked.kept,
    )
    make_arms(study, plan.arms)
    queue(study, seeds_after([], plan.seeds, plan.first_seed), who, plan.priority)
    return study


def from_verdict(
    run: Run, rule: str, asked: Definition, who: Who, *, patch: Mapping[str, Any], seeds: int
) -> Study:
    """Try a verdict's patch, which may have been edited, on the run that had the verdict.

    The run itself is asked again under the same seed and not counted: it was picked because it
    looked bad, and a second try of such a run looks better by chance alone.
    """
    plan = Plan(
        trainer=run.trainer,
        arms=before_and_after(patch),
        seeds=seeds,
        config=run.config,
        project=run.project.name,
        parts=parts_of_fix(run.trainer, patch),
        rule=rule,
        source=run,
        first_seed=run.seed,
    )
    return open_study(asked, plan, who)


def patch_of(run: Run, rule: str) -> dict[str, Any]:
    """What the rule's verdict on this run would change. StudyError: no verdict, or no change."""
    examination = Examination.objects.filter(run=run).first()
    verdicts = examination.verdicts if examination else []
    patch = next((dict(v["patch"]) for v in verdicts if v["rule"] == rule), None)
    if patch is None:
        told = gettext("This run has no verdict of the rule %(rule)s.")
        raise StudyError({"rule": told % {"rule": rule}})
    if not patch:
        told = gettext("%(rule)s names no change of this configuration: give one.")
        raise StudyError({"patch": told % {"rule": rule}})
    return patch


def make_arms(study: Study, planned: Sequence[Planned]) -> list[Arm]:
    return [
        Arm.objects.create(
            study=study, place=place, name=one.name, patch=one.patch, parts=list(one.parts)
        )
        for place, one in enumerate(planned)
    ]
