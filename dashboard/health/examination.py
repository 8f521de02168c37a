"""examine(): judge all of a run's points, and keep the verdicts. For live ones see watching.py."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from dashboard.health.choosing import in_force
from dashboard.health.judging import judge
from dashboard.health.models import Examination, Remembered
from dashboard.health.origins import baseline, origin, primary
from dashboard.health.overrides import Overrides
from dashboard.health.rule import Context
from dashboard.health.rules import RULES
from dashboard.health.signals import examined
from dashboard.health.stored import StoredCurves
from dashboard.health.verdict import Verdict, worst
from dashboard.metrics import store
from dashboard.metrics.series import Curves
from dashboard.runs import lifecycle
from dashboard.runs.models import LIVE, Project, Run
from trainers.catalog import TRAINERS

JUDGING = "3"  # raised when judging itself changes; every rule has a version of its own


def _versions() -> str:
    versions = ",".join(f"{rule.name} {rule.version}" for rule in RULES)
    return hashlib.blake2b(versions.encode(), digest_size=4).hexdigest()


ENGINE_VERSION = f"{JUDGING}-{_versions()}"  # verdicts of another one were made by other rules


@dataclass(frozen=True)
class Look:
    """What was seen of a run, and when. points, whole_points: as Examination has them."""

    verdicts: list[Verdict]
    overrides: Overrides
    step: int
    points: int
    whole_points: int


def examine(run: Run, *, at_most_every: float = 0) -> Examination:
    """The run's verdicts on all of its points, made anew unless the kept ones are younger than
    `at_most_every` seconds.

    Costs a read of the run's curves, those of a very long run one after the other. What is
    remembered between two calls is in the database, by run: a worker that serves many runs cannot
    mix them up.
    """
    kept = Examination.objects.filter(run=run).first()
    if kept and kept.made_at > now() - timedelta(seconds=at_most_every):
        return kept
    fresh = Run.objects.get(pk=run.pk)  # the caller's may be older than the facts that arrived
    points = store.stored([run.pk])[run.pk]  # before the curves: there may be more of them by then
    curves = StoredCurves(run.pk)
    overrides = in_force(fresh.project_id)
    verdicts = judge(context_of(fresh, curves, now=now().timestamp()), RULES, overrides)
    return keep(fresh, Look(verdicts, overrides, curves.step, points, points))


@transaction.atomic
def keep(run: Run, look: Look) -> Examination:
    """The verdicts that hold now: not these, where a newer look was kept first, or a look at the
    run as it ended. `run` is as it was when it was looked at.
    """
    rows = Examination.objects.select_for_update().filter(run=run).defer("verdicts")
    kept = rows.first()
    if kept and (kept.points > look.points or _has_ended_since(run)):
        return kept
    made = {
        "state": worst(look.verdicts),
        "verdicts": look.verdicts,
        "step": look.step,
        "made_at": now(),
        "engine_version": ENGINE_VERSION,
        "thresholds": look.overrides.version,
        "points": look.points,
        "whole_points": look.whole_points,
    }
    examination = _saved(run, kept, made)
    if not run.is_live:
        Remembered.objects.filter(run=run).delete()
    lifecycle.touch([run.pk])
    examined.send(Examination, run=run, examination=examination)
    return examination


def _saved(run: Run, kept: Examination | None, made: dict[str, Any]) -> Examination:
    if kept is None:
        return Examination.objects.update_or_create(run=run, defaults=made)[0]
    for name, value in made.items():
        setattr(kept, name, value)
    kept.save()
    return kept


def _has_ended_since(run: Run) -> bool:
    return run.is_live and not Run.objects.filter(pk=run.pk, status__in=LIVE).exists()


def outdated(project: Project) -> QuerySet[Run]:
    """Ended runs whose verdicts were made under other thresholds than those that hold now."""
    version = in_force(project.pk).version
    judged = _ended().filter(project=project, examination__isnull=False)
    return judged.exclude(examination__thresholds=version)


def judged_otherwise() -> QuerySet[Run]:
    """Ended runs whose verdicts were made by other versions of the rules, or never."""
    return _ended().exclude(examination__engine_version=ENGINE_VERSION)


def _ended() -> QuerySet[Run]:
    return Run.objects.filter(purged_at=None).exclude(status__in=LIVE)


def context_of(run: Run, curves: Curves | None = None, *, now: float | None = None) -> Context:
    """All that the rules may look at, read from the database. now: None in a replay.

    curves: all points of the run where they are not given
    """
    return Context(
        StoredCurves(run.pk) if curves is None else curves,
        run.facts,
        run.config,
        over=not run.is_live,
        bounds=bounds(run.trainer),
        now=now,
        origin=origin(run),
        baseline=baseline(run),
        primary=primary(run.trainer),
        system=store.system_newest(run.pk),
        targets=TRAINERS[run.trainer].targets if run.trainer in TRAINERS else (),
    )


def bounds(trainer: str) -> dict[str, float]:
    """What the metrics of a trainer cannot fall below; empty for one that is not in the catalogue.

    A run that a client reports may be of any trainer.
    """
    known = TRAINERS.get(trainer)
    metrics = known.metrics if known else ()
    return {m.name: m.lower_bound for m in metrics if m.lower_bound is not None}
