"""Thresholds that a project chooses: versions that are never changed, and what judges by them."""

import pytest

from dashboard.health.choosing import Refused, changed, choose, in_force
from dashboard.health.examination import examine
from dashboard.health.models import Choice
from dashboard.metrics import store
from dashboard.runs.models import Project
from tests.conftest import lines
from trainers.targets import Target

pytestmark = pytest.mark.django_db
STREAK = {"hidden_failure": {"streak": 3}}


def save(run, values, after=0, note="because", by="lin"):
    return choose(run.project, values, by=by, note=note, after=after)


def refused(run, values, after=0):
    with pytest.raises(Refused) as caught:
        save(run, values, after)
    return caught.value


def silent_part(run, zeros=3):
    """A part of the loss that is exactly 0 in its newest values."""
    names = {"train/loss": 1.0, "train/loss/region": 0.0}
    events = [{"kind": "scalars", "step": s, "values": names} for s in range(1, zeros + 1)]
    store.append(run.pk, 0, lines({"kind": "start", "attempt": 1, "step": 0}, *events))


def hidden_failure(run):
    return next(v for v in examine(run).verdicts if v["rule"] == "hidden_failure")


def declared_targets(run):
    return next(v for v in examine(run).verdicts if v["rule"] == "metric_targets")


def test_nothing_is_chosen_at_first(run):
    assert in_force(run.project_id).version == 0
    assert examine(run).thresholds == 0


def test_each_version_stays_as_it_was_made(run):
    save(run, STREAK)
    save(run, {"hidden_failure": {"streak": 9}}, after=1, note="calmer", by="mo")
    kept = Choice.objects.order_by("version").values_list("version", "values", "note", "made_by")
    assert list(kept) == [
        (1, STREAK, "because", "lin"),
        (2, {"hidden_failure": {"streak": 9}}, "calmer", "mo"),
    ]
    assert in_force(run.project_id).values == {"hidden_failure": {"streak": 9}}


def test_a_run_is_judged_by_its_projects_newest_choice_at_its_next_look(run):
    silent_part(run)
    assert hidden_failure(run)["state"] == "pass"
    save(run, STREAK)
    verdict = hidden_failure(run)
    assert verdict["state"] == "fail"
    assert verdict["thresholds"]["streak"] == 3
    assert verdict["overridden"] == {"version": 1, "defaults": {"streak": 5}}
    assert examine(run).thresholds == 1


def test_another_projects_choice_is_not_ours(run):
    silent_part(run)
    other = Project.objects.create(name="other")
    choose(other, STREAK, by="lin", note="", after=0)
    assert hidden_failure(run)["overridden"] is None


def test_a_value_out_of_its_range_is_refused_with_the_range(run):
    error = refused(run, {"hidden_failure": {"streak": 0}})
    told = "It must be a whole number from 1 to 1,000,000."
    assert error.faults == {("hidden_failure", "streak"): told}
    assert not Choice.objects.exists()


@pytest.mark.parametrize("value", ["3", 2.5, True, float("nan")])
def test_a_value_of_another_kind_is_refused(run, value):
    assert refused(run, {"hidden_failure": {"streak": value}}).faults


@pytest.mark.parametrize("values", [{"no_rule": {"x": 1}}, {"hidden_failure": {"x": 1}}])
def test_a_threshold_that_no_rule_has_is_refused(run, values):
    assert list(refused(run, values).faults.values()) == ["There is no such threshold."]


def test_one_fault_keeps_all_from_being_saved(run):
    refused(run, {"hidden_failure": {"streak": 3}, "data_wait": {"fail": 2}})
    assert in_force(run.project_id).version == 0


def test_the_default_is_not_kept_as_a_choice(run):
    assert save(run, {"hidden_failure": {"streak": 5}}).values == {}


def test_two_who_look_at_the_same_version_do_not_overwrite_each_other(run):
    save(run, STREAK)
    error = refused(run, {"hidden_failure": {"streak": 9}})
    assert error.why.startswith("lin saved version 1 meanwhile")
    assert in_force(run.project_id).values == STREAK


def test_a_change_leaves_the_rest_and_none_goes_back_to_the_default():
    values: dict[str, dict[str, float]] = {
        "hidden_failure": {"streak": 3},
        "data_wait": {"fail": 0.5, "gone": 1},
        "old": {},
    }
    assert changed(values, {"data_wait": {"warn": 0.1}, "hidden_failure": {"streak": None}}) == {
        "hidden_failure": {},
        "data_wait": {"fail": 0.5, "warn": 0.1},
    }


def test_targets_belong_to_a_version_and_stay_where_only_thresholds_change(run):
    choose(run.project, {}, by="lin", note="", after=0, targets="a < 1 at 5; b>0.5 at 9")
    save(run, STREAK, after=1)
    assert [c.targets for c in Choice.objects.all()] == ["a < 1.0 at 5\nb > 0.5 at 9"] * 2
    held = in_force(run.project_id)
    assert held.targets == (Target("a", 5, 1.0), Target("b", 9, 0.5, above=True))
    choose(run.project, STREAK, by="lin", note="", after=2, targets="")
    assert in_force(run.project_id).targets == ()


def test_a_text_that_is_no_target_is_refused_and_nothing_is_kept(run):
    with pytest.raises(Refused) as caught:
        choose(run.project, STREAK, by="lin", note="", after=0, targets="loss below 1")
    assert "is no target" in caught.value.faults["metric_targets", "targets"]
    assert not Choice.objects.exists()


def test_the_targets_of_another_project_judge_nothing(run):
    silent_part(run)
    other = Project.objects.create(name="other")
    choose(other, {}, by="lin", note="", after=0, targets="train/loss < 0.5 at 1")
    assert declared_targets(run)["state"] == "not_applicable"
    choose(run.project, {}, by="lin", note="", after=0, targets="train/loss < 0.5 at 1")
    assert declared_targets(run)["state"] == "waiting"
    assert examine(run).thresholds == 1
