"""What stands against runs, counted across them."""

import datetime as dt

import pytest
from django.utils.timezone import now

from dashboard.health.models import Examination
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.search import standings
from dashboard.search.models import Standing
from tests.search.given import made, names

pytestmark = pytest.mark.django_db
CAUSE = "The rate is {rate} times too high."


def judged(name, when=None, **rules):
    """rules: by name, the state, or the state and its likeliest cause."""
    run = made(name)
    keep(run, when or now(), rules)
    return run


def keep(run, when, rules):
    verdicts = [
        {"rule": rule, "state": state, "causes": [{"text": text, "values": {}} for text in causes]}
        for rule, (state, *causes) in (
            (k, (v,) if isinstance(v, str) else v) for k, v in rules.items()
        )
    ]
    made_ = {"state": "fail", "verdicts": verdicts, "made_at": when, "engine_version": "1"}
    Examination.objects.update_or_create(run=run, defaults=made_)


def test_runs_are_counted_by_rule_the_most_failing_first():
    judged("a", memory_bank="fail", collapse="warn")
    judged("b", memory_bank="fail", collapse="fail")
    judged("c", memory_bank="pass")
    found = standings.by_rule()
    assert [(one.key, one.failing, one.warning) for one in found] == [
        ("memory_bank", 2, 0),
        ("collapse", 1, 1),
    ]


def test_a_run_that_two_rules_complain_of_for_one_cause_counts_once():
    judged("a", invalid_boxes=("fail", CAUSE), zero_norm_regions=("fail", CAUSE))
    judged("b", invalid_boxes=("warn", CAUSE))
    [one] = standings.by_cause()
    assert (one.key, one.runs, one.failing, one.warning) == (CAUSE, 2, 1, 1)
    assert one.rules == ["invalid_boxes", "zero_norm_regions"]


def test_only_the_likeliest_cause_is_counted():
    judged("a", collapse=("fail", CAUSE, "Another."))
    assert [one.key for one in standings.by_cause()] == [CAUSE]


def test_the_newest_and_the_oldest_run_are_named():
    first, _middle, last = (judged(name, stall="fail") for name in "abc")
    [one] = standings.by_rule()
    assert (one.oldest, one.newest) == (first.pk, last.pk)
    assert standings.newest("stall", 2)[0] == last.pk


def test_archived_and_trashed_runs_do_not_count():
    shelved, trashed = judged("a", stall="fail"), judged("b", stall="fail")
    for run in (shelved, trashed):
        Run.objects.filter(pk=run.pk).update(status="finished")
        run.refresh_from_db()
    lifecycle.archive(shelved)
    lifecycle.trash(trashed)
    assert standings.by_rule() == []
    assert standings.counts() == {}
    assert standings.totals() == {}


def test_since_when_stays_while_the_state_does():
    early, late = now() - dt.timedelta(hours=2), now()
    run = judged("a", early, stall="fail", collapse="pass")
    keep(run, late, {"stall": "fail", "collapse": "warn"})
    since = dict(Standing.objects.values_list("rule", "since"))
    assert since == {"stall": early, "collapse": late}


def test_a_state_that_comes_back_begins_anew():
    times = [now() - dt.timedelta(hours=hours) for hours in (3, 2, 1)]
    run = judged("a", times[0], stall="fail")
    keep(run, times[1], {"stall": "pass"})
    keep(run, times[2], {"stall": "fail"})
    assert Standing.objects.get().since == times[2]


def test_a_remark_is_kept_as_what_it_would_be_and_does_not_count():
    run = made("a")
    said = {"rule": "stall", "state": "pass", "held_back": "warn", "causes": []}
    made_ = {"state": "pass", "verdicts": [said], "made_at": now(), "engine_version": "1"}
    Examination.objects.create(run=run, **made_)
    assert Standing.objects.get().held_back == "warn"
    assert standings.by_rule() == []


def test_runs_are_found_by_their_cause():
    judged("bad", collapse=("fail", CAUSE))
    judged("fine", collapse=("pass", CAUSE))
    assert names("cause ~ rate") == ["bad"]
    assert names(f'cause = "{CAUSE}"') == ["bad"]
    assert names("cause is null") == ["fine"]


def test_what_stands_against_a_run_comes_in_the_order_of_reading():
    run = judged("a", cache_hits="fail", box_units="fail", collapse="warn", stall="pass")
    assert [row.rule for row in standings.against([run.pk])[run.pk]] == [
        "box_units",
        "cache_hits",
        "collapse",
    ]
