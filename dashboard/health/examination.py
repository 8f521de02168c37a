"""examine(): read a run's curves, judge them, keep the verdicts."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from dashboard.health.choosing import in_force
from dashboard.health.judging import judge
from dashboard.health.models import Examination
from dashboard.health.origins import baseline, origin, primary
from dashboard.health.rule import Context
from dashboard.health.rules import RULES
from dashboard.health.signals import examined
from dashboard.health.verdict import worst
from dashboard.metrics import store
from dashboard.runs import lifecycle
from dashboard.runs.models import LIVE, Project, Run
from trainers.catalog import TRAINERS

ENGINE_VERSION = "2"  # raised when judging itself changes; every rule has a version of its own


def examine(run: Run, *, at_most_every: float = 0) -> Examination:
    """The run's verdicts, made anew unless the kept ones are younger than `at_most_every` seconds.

    Costs one read of the run's curves. What is remembered between two calls is in the database,
    by run: a worker that serves many runs cannot mix them up.
    """
    kept = Examination.objects.filter(run=run).first()
    if kept and kept.made_at > now() - timedelta(seconds=at_most_every):
        return kept
    fresh = Run.objects.get(pk=run.pk)  # the caller's may be older than the facts that arrived
    context = context_of(fresh, now=now().timestamp())
    overrides = in_force(fresh.project_id)
    verdicts = judge(context, RULES, overrides)
    made = {
        "state": worst(verdicts),
        "verdicts": verdicts,
        "step": context.step,
        "made_at": now(),
        "engine_version": ENGINE_VERSION,
        "thresholds": overrides.version,
    }
    with transaction.atomic():
        examination, _ = Examination.objects.update_or_create(run=run, defaults=made)
        lifecycle.touch([run.pk])
        examined.send(Examination, run=fresh, examination=examination)
    return examination


def outdated(project: Project) -> QuerySet[Run]:
    """Ended runs whose verdicts were made under other thresholds than those that hold now."""
    version = in_force(project.pk).version
    judged = Run.objects.filter(project=project, examination__isnull=False, purged_at=None)
    return judged.exclude(status__in=LIVE).exclude(examination__thresholds=version)


def context_of(run: Run, *, now: float | None = None) -> Context:
    """All that the rules may look at, read from the database. now: None in a replay."""
    return Context(
        store.read(run.pk),
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
