"""Arms and studies as the tests of answers meet them."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.comparison.conclusion import conclude
from dashboard.comparison.definition import Definition
from dashboard.comparison.models import Member
from dashboard.comparison.opening import open_study
from dashboard.comparison.outcome import Outcome, Side, State, measured
from dashboard.comparison.plan import Plan, before_and_after
from dashboard.comparison.who import Who
from dashboard.runs.models import Run, Status
from tests.web.given import logged

LIN = Who("lin")


def side(name: str, values: Iterable[float], *more: Outcome) -> Side:
    """Finished runs of seeds 0, 1, 2 … with these values, and more outcomes after them."""
    runs = [measured(f"{name}-{seed}", seed, value, 100) for seed, value in enumerate(values)]
    return Side(name, [*runs, *more])


def without(seed: int, state: State, name: str = "lost") -> Outcome:
    return Outcome(f"{name}-{seed}", seed, state)


def asked(**more):
    told = {"title": "Less noise", "metric": "train/loss", "direction": "lower", "smallest": 0.1}
    return Definition(**{**told, **more})


def plan(patch=None, **more):
    arms = before_and_after({"noise": 0.0} if patch is None else patch)
    told = {"trainer": "rehearsal", "arms": arms, "seeds": 3, "config": {"steps": 20, "noise": 0.3}}
    return Plan(**{**told, **more})


def opened(**more):
    return open_study(asked(), plan(**more), LIN)


def runs_of(study, arm):
    return [m.run for m in Member.objects.filter(arm__study=study, arm__name=arm)]


def finish(run, value, status=Status.FINISHED):
    if value is not None:
        logged(run, [value + 1, value])
    Run.objects.filter(pk=run.pk).update(status=status, started_at=run.created_at)


def answered(study, before, after):
    for run, value in zip(runs_of(study, "before"), before, strict=True):
        finish(run, value)
    for run, value in zip(runs_of(study, "after"), after, strict=True):
        finish(run, value)
    return conclude(study)
