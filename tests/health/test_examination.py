"""examine(): what the store holds is judged, kept by run, and not made anew too often."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from dashboard.health.examination import bounds, examine
from dashboard.health.models import Examination
from dashboard.metrics import store
from dashboard.runs.models import Run, Status
from dashboard.training.launching import launch
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db


def log(run: Run, *events) -> None:
    store.append(run.pk, 0, lines({"kind": "start", "attempt": 1, "step": 0}, *events))


def verdicts(examination: Examination) -> Any:
    return {verdict["rule"]: verdict["state"] for verdict in examination.verdicts}


def test_judges_and_keeps_the_worst_state(run):
    log(run, scalars(1, train_loss=1.0), scalars(2, train_loss="NaN"))
    examination = examine(run)
    assert examination.state == "fail"
    assert examination.step == 2
    assert verdicts(examination)["non_finite_loss"] == "fail"
    assert verdicts(examination)["memory_bank"] == "not_applicable"
    assert Run.objects.get(pk=run.pk).examination == examination


def test_a_run_without_a_point_waits(run):
    assert examine(run).state == "waiting"


def test_a_second_examination_takes_the_place_of_the_first(run):
    examine(run)
    log(run, scalars(1, train_loss="NaN"))
    assert examine(run).state == "fail"
    assert Examination.objects.count() == 1


def test_is_not_made_anew_too_often(run):
    first = examine(run)
    log(run, scalars(1, train_loss="NaN"))
    assert examine(run, at_most_every=60).made_at == first.made_at
    Examination.objects.update(made_at=now() - timedelta(seconds=61))
    assert examine(run, at_most_every=60).state == "fail"


def test_runs_do_not_share_anything(run):
    log(run, scalars(1, train_loss="NaN"))
    other = launch("rehearsal", config={"steps": 20}, seed=0)
    log(other, scalars(1, train_loss=1.0))
    assert examine(run).state == "fail"
    assert verdicts(examine(other))["non_finite_loss"] == "pass"


def test_a_finished_run_with_too_few_points_says_what_is_missing(run):
    log(run, scalars(1, train_loss=1.0))
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    run.refresh_from_db()
    [verdict] = [v for v in examine(run).verdicts if v["rule"] == "loss_not_converging"]
    assert verdict["state"] == "waiting"
    assert verdict["says"]["values"]["count"] == 1


def test_a_trainer_that_is_not_in_the_catalogue_states_no_bounds():
    assert bounds("somebody_elses") == {}
