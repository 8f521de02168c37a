"""A study that runs says what trains now, what waits and why, and when it will be done."""

import datetime as dt
import json

import pytest
from django.utils.timezone import now

from dashboard.comparison.reading import members
from dashboard.metrics import store
from dashboard.runs.models import Run, Status
from dashboard.training.models import Heartbeat
from dashboard.web.study_progress import going
from tests.comparison.given import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return opened(seeds=2)


def runs(study):
    return list(Run.objects.filter(memberships__arm__study=study).order_by("memberships__place"))


def trains(run, step=None, left=None):
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING, started_at=now())
    if step is None:
        return
    values = {"train/loss": 1.0} | ({"time/left": left} if left is not None else {})
    told = [
        {"kind": "facts", "time": 1.0, "values": {"train/steps": 20}},
        {"kind": "scalars", "time": 2.0, "step": step, "values": values},
    ]
    store.append(run.pk, 0, b"".join(json.dumps(one).encode() + b"\n" for one in told), "here")


def ended(run, seconds, status=Status.FINISHED):
    began = now() - dt.timedelta(seconds=seconds)
    Run.objects.filter(pk=run.pk).update(
        status=status, started_at=began, finished_at=began + dt.timedelta(seconds=seconds)
    )


def left(study):
    found = going(members(study), runs(study))
    assert found is not None
    return found.left


def page(client, study):
    return client.get(f"/studies/{study.pk}/").content.decode()


def test_what_trains_is_named_with_its_step(page_client, study):
    trains(runs(study)[0], step=5, left=15.0)
    text = page(page_client, study)
    assert "before, seed 0" in text
    assert "step 5 of 20" in text
    assert "3 runs wait." in text


def test_a_run_that_has_told_nothing_promises_no_end(page_client, study):
    trains(runs(study)[0])
    assert "has told nothing yet" in page(page_client, study)
    assert left(study) is None


def test_the_rest_takes_as_long_as_what_ended_took(study):
    first, second, *_ = runs(study)
    ended(first, 100)
    trains(second, step=10, left=30.0)
    assert left(study) == dt.timedelta(seconds=30 + 2 * 100)


def test_a_run_that_has_told_nothing_takes_as_long_as_what_ended(study):
    first, second, *_ = runs(study)
    ended(first, 100)
    trains(second)
    assert dt.timedelta(seconds=290) < left(study) <= dt.timedelta(seconds=300)


def test_before_one_has_ended_its_own_count_is_believed(study):
    trains(runs(study)[0], step=5, left=15.0)
    assert left(study) == dt.timedelta(seconds=15 + 3 * 20)


def test_a_crash_is_no_measure_of_how_long_a_run_takes(study):
    first, second, *_ = runs(study)
    ended(first, 2, Status.FAILED)
    trains(second, step=10, left=10.0)
    assert left(study) == dt.timedelta(seconds=10 + 2 * 20)


def test_two_that_train_side_by_side_share_what_waits(study):
    first, second, *_ = runs(study)
    trains(first, step=10, left=10.0)
    trains(second, step=10, left=10.0)
    assert left(study) == dt.timedelta(seconds=(20 + 2 * 20) / 2)


def test_the_last_one_ends_when_it_says(study):
    *others, last = runs(study)
    for one in others:
        ended(one, 100)
    trains(last, step=19, left=1.0)
    assert left(study) == dt.timedelta(seconds=1)


def test_a_study_that_waits_says_what_for(page_client, study):
    assert "No worker is at work" in page(page_client, study)
    Heartbeat.objects.create(kind="worker", name="a", detail={"slots": ["cpu:0"]}, seen_at=now())
    text = page(page_client, study)
    assert "place 1 of 4 in the queue" in text
    assert "it starts in a moment" in text


def test_a_study_whose_runs_have_ended_says_nothing_of_progress(page_client, study):
    for run in runs(study):
        ended(run, 10)
    assert going(members(study), runs(study)) is None
    assert 'class="note going"' not in page(page_client, study)


def test_a_run_in_the_trash_is_marked(page_client, study):
    run = runs(study)[0]
    ended(run, 10)
    Run.objects.filter(pk=run.pk).update(trashed_at=now())
    assert "In the trash" in page(page_client, study)
