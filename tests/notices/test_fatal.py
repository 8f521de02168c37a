"""A fatal verdict stops a run where its launcher chose so, and no other."""

import json

import pytest

from dashboard.health.examination import examine
from dashboard.health.rules import RULES
from dashboard.metrics import store
from dashboard.notices import outbox
from dashboard.notices.fatal import FATAL
from dashboard.runs import lifecycle
from dashboard.runs.models import Run, Status
from dashboard.training.launching import launch
from tests.conftest import lines, scalars
from tests.notices.given import judged, receiver, verdict, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def chosen(db) -> Run:
    """A running run whose launcher chose that fatal verdicts stop it."""
    launch("rehearsal", config={"steps": 20}, seed=0, stop_when_fatal=True)
    claimed = lifecycle.claim("host", "cpu:0")
    assert claimed is not None
    return claimed


def again(run: Run) -> Run:
    return Run.objects.get(pk=run.pk)


def test_what_is_fatal_are_rules_that_exist():
    assert {rule.name for rule in RULES} >= FATAL


def test_by_default_nothing_is_stopped(run):
    lifecycle.claim("host", "cpu:0")
    judged(run, verdict("fail"))
    assert not again(run).stop_requested
    assert again(run).stopped_by == {}


def test_a_fatal_verdict_stops_a_run_on_the_road_that_a_persons_stop_takes(chosen):
    store.append(chosen.pk, 0, lines(scalars(1, train_loss=1), scalars(2, train_loss="NaN")))
    examine(chosen)
    renewal = lifecycle.renew(chosen.pk, chosen.lease)
    assert renewal is not None
    assert renewal.stop_requested
    why = again(chosen).stopped_by
    assert (why["rule"], why["since_step"], why["step"]) == ("non_finite_loss", 2, 2)
    assert lifecycle.stopped(chosen.pk, chosen.lease, 0)
    assert again(chosen).status == Status.STOPPED
    assert again(chosen).failure == ""


@pytest.mark.parametrize("state", ["warn", "pass", "waiting", "broken", "not_applicable"])
def test_nothing_less_than_a_failure_stops(chosen, state):
    judged(chosen, verdict(state))
    assert not again(chosen).stop_requested


def test_a_remark_stops_nothing(chosen):
    judged(chosen, {**verdict("pass"), "held_back": "fail"})
    assert not again(chosen).stop_requested


def test_failures_of_other_rules_only_tell(chosen):
    judged(chosen, verdict("fail", rule="loss_spike"))
    assert not again(chosen).stop_requested


def test_the_first_reason_stands(chosen):
    judged(chosen, verdict("fail", since=5), step=6)
    judged(chosen, verdict("fail", since=5), step=9)
    assert again(chosen).stopped_by["step"] == 6


def test_where_a_person_was_first_no_verdict_takes_the_credit(chosen):
    lifecycle.request_stop(chosen)
    judged(chosen, verdict("fail"))
    assert again(chosen).stopped_by == {}


def test_a_run_that_waits_to_go_on_is_stopped_at_once(chosen):
    lifecycle.lose(chosen.pk, chosen.lease, "gone")
    judged(chosen, verdict("fail"))
    assert again(chosen).status == Status.STOPPED
    assert again(chosen).finished_at is not None


def test_a_run_that_has_ended_stays_as_it_ended(chosen):
    lifecycle.finish(chosen.pk, chosen.lease)
    judged(chosen, verdict("fail"))
    assert (again(chosen).status, again(chosen).stopped_by) == (Status.FINISHED, {})


def test_the_message_says_that_the_run_is_stopped(chosen):
    with receiver() as there:
        delivery = waiting(chosen, target=there.url)
        outbox.deliver(delivery)
    told = json.loads(there.received[0].body)
    assert told["stops"] == "The run is stopped for this, as its launcher chose."


def test_the_message_of_another_rule_does_not(chosen):
    with receiver() as there:
        delivery = waiting(chosen, target=there.url)
        Run.objects.update(stopped_by={"rule": "another"})
        outbox.deliver(delivery)
    assert json.loads(there.received[0].body)["stops"] == ""
