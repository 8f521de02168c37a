"""What housekeeping mends, and when it must keep its hands off."""

import datetime as dt

import pytest
from django.utils.timezone import now

from dashboard.runs import lifecycle
from dashboard.runs.models import Run, Status
from dashboard.training.housekeeping import House

pytestmark = pytest.mark.django_db(transaction=True)  # as it runs: not inside of one


class TestHouse(House):
    """Its app can be taken away, and its clock turned."""

    __test__ = False
    app, clock = True, 0.0


@pytest.fixture
def house(monkeypatch):
    house = TestHouse()
    monkeypatch.setattr("dashboard.training.client.app_answers", lambda: house.app)
    monkeypatch.setattr("dashboard.training.housekeeping.time.monotonic", lambda: house.clock)
    return house


@pytest.fixture
def silent(run):
    lifecycle.claim("here", "cpu:0")
    Run.objects.update(lease_until=now() - dt.timedelta(seconds=1))
    run.refresh_from_db()
    return run


def rounds(house, seconds):
    for _ in range(seconds):
        house.keep()
        house.clock += 1


def test_a_run_whose_machine_fell_silent_waits_again(house, silent):
    rounds(house, 8)
    silent.refresh_from_db()
    assert (silent.status, silent.losses) == (Status.QUEUED, 1)


def test_while_the_app_is_away_nobody_could_renew(house, silent):
    house.app = False
    rounds(house, 100)
    house.app = True
    rounds(house, 4)
    silent.refresh_from_db()
    assert silent.status == Status.RUNNING


def test_queued_runs_without_redis_are_waited_for(house, run):
    rounds(house, 1)
    run.refresh_from_db()
    assert run.status == Status.QUEUED
