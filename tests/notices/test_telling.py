"""What people are told of: a rule that turns to warn or fail, at most once a rule, run and day."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from dashboard.health.examination import examine
from dashboard.health.models import Examination
from dashboard.health.signals import examined
from dashboard.metrics import store
from dashboard.notices import telling
from dashboard.notices.models import Delivery, Notice
from dashboard.runs.models import Project, Run
from dashboard.training.launching import launch
from tests.conftest import lines, scalars
from tests.notices.given import channel, judged, verdict

pytestmark = pytest.mark.django_db


def notice() -> Notice:
    return Notice.objects.get()


def test_a_rule_that_turns_to_fail_is_told_with_its_verdict(run):
    judged(run, verdict("fail", since=61))
    assert (notice().run, notice().rule, notice().state) == (run, "non_finite_loss", "fail")
    assert notice().verdict["since_step"] == 61
    assert notice().day == now().date()


@pytest.mark.parametrize("state", ["pass", "waiting", "not_applicable", "broken"])
def test_other_states_are_not_told(run, state):
    judged(run, verdict(state))
    assert not Notice.objects.exists()


def test_a_remark_is_not_told(run):
    judged(run, {**verdict("pass"), "held_back": "fail"})
    assert not Notice.objects.exists()


def test_what_goes_on_failing_is_told_once(run):
    channel()
    for _ in range(5):
        judged(run, verdict("fail"))
    assert Notice.objects.count() == Delivery.objects.count() == 1


def test_what_goes_on_failing_is_not_told_again_the_next_day(run):
    judged(run, verdict("fail"))
    Notice.objects.update(day=now().date() - dt.timedelta(days=1))
    judged(run, verdict("fail"))
    assert Notice.objects.count() == 1


def test_what_flaps_is_told_once_a_day(run):
    channel(warnings=True)
    for state in ["fail", "pass", "warn", "pass", "fail", "pass", "fail"]:
        judged(run, verdict(state))
    assert Notice.objects.count() == Delivery.objects.count() == 1
    assert notice().over_at is None


def test_what_passes_again_presses_no_more(run):
    judged(run, verdict("fail"))
    judged(run, verdict("waiting"))
    assert notice().over_at is None
    judged(run, verdict("pass"))
    assert notice().over_at is not None


def test_what_fails_anew_on_another_day_is_told_anew(run):
    channel()
    judged(run, verdict("fail"))
    judged(run, verdict("pass"))
    Notice.objects.update(day=now().date() - dt.timedelta(days=1))
    judged(run, verdict("fail"))
    assert Notice.objects.count() == Delivery.objects.count() == 2


def test_a_warning_that_becomes_a_failure_is_news_to_who_had_seen_it(run, member):
    judged(run, verdict("warn"))
    notice().seen_by.add(member)
    judged(run, verdict("warn"))
    assert notice().seen_by.count() == 1
    judged(run, verdict("fail"))
    assert notice().state == "fail"
    assert notice().seen_by.count() == 0


def test_a_failure_that_eases_to_a_warning_is_no_news(run, member):
    judged(run, verdict("fail"))
    notice().seen_by.add(member)
    judged(run, verdict("warn"))
    assert (notice().state, notice().seen_by.count()) == ("fail", 1)


def test_channels_get_failures_and_warnings_only_where_they_want_them(run):
    failures, both = channel(name="failures"), channel(name="both", warnings=True)
    judged(run, verdict("warn"))
    assert [delivery.channel for delivery in Delivery.objects.all()] == [both]
    judged(run, verdict("fail"))
    assert failures.deliveries.count() == both.deliveries.count() == 1


def test_channels_of_other_projects_and_those_switched_off_get_nothing(run):
    channel(project=Project.objects.create(name="other"))
    channel(enabled=False)
    mine = channel(project=run.project)
    judged(run, verdict("fail"))
    assert [delivery.channel for delivery in Delivery.objects.all()] == [mine]


def test_each_rule_and_each_run_is_told_by_itself(run):
    other = launch("rehearsal", config={"steps": 20}, seed=0)
    judged(run, verdict("fail"), verdict("fail", rule="loss_spike"))
    judged(other, verdict("fail"))
    assert Notice.objects.count() == 3


def test_an_old_run_that_is_examined_again_is_no_news(run):
    Run.objects.update(status="finished", finished_at=now() - dt.timedelta(days=2))
    judged(run, verdict("fail"))
    assert not Notice.objects.exists()
    Run.objects.update(finished_at=now())
    judged(run, verdict("fail"))
    assert Notice.objects.exists()


def test_verdict_and_notice_are_kept_together_or_not_at_all(run, monkeypatch):
    store.append(run.pk, 0, lines(scalars(1, train_loss="NaN")))
    channel()

    def fall(*_told):
        raise RuntimeError("the process dies here")

    monkeypatch.setattr(telling, "_send", fall)
    with pytest.raises(RuntimeError), transaction.atomic():
        examine(run)
    assert not Examination.objects.exists()
    assert not Notice.objects.exists()
    monkeypatch.undo()
    examine(run)
    assert Notice.objects.count() == Delivery.objects.count() == 1


def test_quiet_examinations_cost_one_small_query(run, django_assert_num_queries):
    with django_assert_num_queries(1):
        telling.tell(run, [verdict("pass")])


@pytest.mark.django_db(transaction=True)
def test_two_that_examine_at_once_tell_once(run):
    channel()
    together = threading.Barrier(4)

    def examine_too() -> None:
        together.wait()
        with transaction.atomic():
            judged(run, verdict("fail"))
        connection.close()

    threads = [threading.Thread(target=examine_too) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notice.objects.count() == Delivery.objects.count() == 1


def test_the_receiver_is_connected_once():
    assert len([key for key, *_ in examined.receivers if key[0] == "notices"]) == 1
