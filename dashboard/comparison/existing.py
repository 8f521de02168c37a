"""A study of runs that are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dashboard.comparison.definition import Definition, StudyError
from dashboard.comparison.ledger import differences
from dashboard.comparison.models import Member, Study
from dashboard.comparison.opening import make_arms
from dashboard.comparison.plan import before_and_after
from dashboard.comparison.reading import ended
from dashboard.comparison.who import Who
from dashboard.runs.models import Run


@transaction.atomic
def from_runs(asked: Definition, before: Sequence[Run], after: Sequence[Run], who: Who) -> Study:
    """A study of runs that are there. What differs in their configurations is taken as intended.

    It is marked as asked afterwards: whoever has seen the runs can pick the question that they
    answer well. StudyError: no runs, one run in both arms, or runs of different trainers.
    """
    _check_runs(before, after)
    first, last = before[0], after[0]
    patch = _difference(first, last)
    study = Study.objects.create(
        project=first.project,
        trainer=first.trainer,
        config=first.config,
        parts=[{"name": name, "patch": {name: value}} for name, value in patch.items()],
        paired=_same_seeds(before, after),
        afterwards=ended([*before, *after]),
        told_look=0 if any(run.is_live for run in (*before, *after)) else 1,  # who asks, sees it
        created_by=who.by,
        **asked.kept,
    )
    arms = make_arms(study, before_and_after(patch))
    for arm, runs in zip(arms, (before, after), strict=True):
        for place, run in enumerate(runs):
            Member.objects.create(arm=arm, run=run, run_name=run.name, seed=run.seed, place=place)
    return study


def _check_runs(before: Sequence[Run], after: Sequence[Run]) -> None:
    if not before or not after:
        raise StudyError({"runs": _("Each arm needs at least one run.")})
    names = [run.pk for run in (*before, *after)]
    if len(set(names)) < len(names):
        raise StudyError({"runs": _("A run stands in one arm, and once.")})
    trainers = sorted({run.trainer for run in (*before, *after)})
    if len(trainers) > 1:
        told = _(
            "Runs of different trainers have no configuration in common: %(trainers)s. Choose runs"
            " of one trainer."
        )
        raise StudyError({"runs": told % {"trainers": ", ".join(trainers)}})


def _difference(before: Run, after: Run) -> dict[str, Any]:
    """The fields of `after` whose values `before` does not have."""
    names = {entry.name.split(".")[0] for entry in differences([before.config, after.config])}
    return {name: after.config[name] for name in after.config if name in names}


def _same_seeds(before: Sequence[Run], after: Sequence[Run]) -> bool:
    one, other = (sorted(run.seed for run in runs) for runs in (before, after))
    return one == other and len(set(one)) == len(one)
