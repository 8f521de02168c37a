"""Thresholds, labels and back-tests for programs."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dashboard.health.choosing import in_force
from dashboard.health.models import BackTest, Choice, Label
from tests.health.test_backtest import silent

pytestmark = pytest.mark.django_db
STREAK = {"hidden_failure": {"streak": 3}}


@pytest.fixture
def api(as_scope):
    return as_scope("member")


@pytest.fixture
def judged(db):
    return silent(3)


def send(client, method, path, body=None):
    ask = getattr(client, method)
    return ask(path, json.dumps(body or {}), content_type="application/json")


def change(client, values, **more):
    return send(client, "patch", "/api/projects/default/thresholds/", {"values": values, **more})


def test_all_thresholds_are_told_with_their_ranges(api, judged):
    told = api.get("/api/projects/default/thresholds/").json()
    assert told["version"] == 0
    [streak] = [t for t in told["thresholds"] if t["threshold"] == "streak"]
    assert (streak["rule"], streak["value"], streak["default"]) == ("hidden_failure", 5, 5)
    assert (streak["low"], streak["high"], streak["whole"]) == (1, 1_000_000, True)


def test_a_change_makes_a_version_and_leaves_the_rest(api, judged):
    change(api, STREAK)
    told = change(api, {"data_wait": {"fail": 0.5}}, note="calmer").json()
    assert told["version"] == 2
    assert told["history"][0]["values"] == {**STREAK, "data_wait": {"fail": 0.5}}
    assert told["history"][0]["made_by"] == "token test member"
    assert change(api, {"hidden_failure": {"streak": None}}).json()["version"] == 3
    assert in_force(judged.project_id).values == {"data_wait": {"fail": 0.5}}
    older = api.get("/api/projects/default/thresholds/?version=1").json()
    assert [t["value"] for t in older["thresholds"] if t["threshold"] == "streak"] == [3]


def test_targets_are_kept_with_a_version_and_left_out_they_stay(api, judged):
    told = change(api, {}, targets="train/loss < 1 at 50").json()
    assert (told["version"], told["targets"]) == (1, "train/loss < 1.0 at 50")
    told = change(api, STREAK).json()
    assert told["targets"] == "train/loss < 1.0 at 50"
    assert [one["targets"] for one in told["history"]] == [told["targets"]] * 2
    assert change(api, {}, targets="").json()["targets"] == ""


def test_a_text_that_is_no_target_is_refused(api, judged):
    answer = change(api, STREAK, targets="loss below 1")
    assert answer.status_code == 400
    assert "is no target" in answer.json()["errors"]["metric_targets.targets"][0]
    assert not Choice.objects.exists()


def test_what_cannot_be_is_refused_with_the_range(api, judged):
    answer = change(api, {"hidden_failure": {"streak": 0}})
    assert answer.status_code == 400
    told = answer.json()["errors"]["hidden_failure.streak"]
    assert told == ["It must be a whole number from 1 to 1,000,000."]


@pytest.mark.parametrize(
    "body",
    [
        {"values": {"no_rule": {"x": 1}}},
        {"values": {"hidden_failure": 3}},
        {"values": {"hidden_failure": {"streak": [3]}}},
        {"values": []},
        {"value": STREAK},
        {},
    ],
)
def test_odd_bodies_are_refused_and_nothing_is_kept(api, judged, body):
    assert send(api, "patch", "/api/projects/default/thresholds/", body).status_code == 400
    assert not Choice.objects.exists()


def test_who_looked_at_an_older_version_is_told(api, judged):
    change(api, STREAK)
    assert change(api, {"data_wait": {"fail": 0.5}}, version=0).status_code == 409


@pytest.mark.parametrize("version", ["7", "x", "²", "-1"])
def test_a_version_that_is_not_there_is_not_found(api, judged, version):
    answer = api.get("/api/projects/default/thresholds/", {"version": version})
    assert answer.status_code == 404


def test_a_viewer_reads_and_changes_nothing(as_scope, judged):
    viewer = as_scope("viewer")
    assert viewer.get("/api/projects/default/thresholds/").status_code == 200
    assert change(viewer, STREAK).status_code == 403
    for path in (
        f"runs/{judged.pk}/labels",
        f"runs/{judged.pk}/verdicts",
        "projects/default/backtests",
    ):
        assert send(viewer, "post", f"/api/{path}/").status_code == 403


def test_a_run_is_judged_again_under_what_holds_now(api, judged):
    change(api, STREAK)
    told = send(api, "post", f"/api/runs/{judged.pk}/verdicts/").json()
    assert (told["state"], told["thresholds"]) == ("fail", 1)
    verdicts = api.get(f"/api/runs/{judged.pk}/verdicts/").json()["verdicts"]
    [verdict] = [v for v in verdicts if v["rule"] == "hidden_failure"]
    assert verdict["overridden"] == {"version": 1, "defaults": {"streak": 5}}


def test_a_label_is_kept_and_replaced(api, judged):
    path = f"/api/runs/{judged.pk}/labels/"
    body = {"rule": "hidden_failure", "opinion": "missed", "note": "no gradient"}
    assert send(api, "post", path, body).status_code == 201
    send(api, "post", path, {**body, "opinion": "right"})
    told = api.get(path).json()["labels"]
    assert [(one["opinion"], one["holds"], one["fault"]) for one in told] == [
        ("right", True, False),
        ("missed", False, True),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"rule": "hidden_failure", "opinion": "wrong"},
        {"rule": "no_rule", "opinion": "right"},
        {"rule": "hidden_failure", "opinion": "great"},
        {"rule": "hidden_failure", "opinion": "right", "notes": "x"},
        {"opinion": "right"},
    ],
)
def test_a_label_that_fits_nothing_is_refused(api, judged, body):
    assert send(api, "post", f"/api/runs/{judged.pk}/labels/", body).status_code == 400
    assert not Label.objects.exists()


def test_a_backtest_is_opened_carried_on_and_used(api, judged):
    opened = send(api, "post", "/api/projects/default/backtests/", {"values": STREAK}).json()
    assert (opened["left"], opened["flips"]) == (1, [])
    path = f"/api/backtests/{opened['id']}/"
    told = send(api, "post", f"{path}go-on/").json()
    assert told["left"] == 0
    [flip] = told["flips"]
    assert (flip["run_id"], flip["before"], flip["after"]) == (judged.pk, "pass", "fail")
    assert api.get(path).json()["flips"] == told["flips"]
    assert send(api, "post", f"{path}use/", {"note": "good"}).json()["applied"] == 1
    assert send(api, "post", f"{path}use/").status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"values": {}},
        {"values": {"hidden_failure": {"streak": 0}}},
        {"values": STREAK, "runs": 201},
        {"values": STREAK, "q": "tag = = x"},
    ],
)
def test_a_backtest_of_nothing_is_refused(api, judged, body):
    answer = send(api, "post", "/api/projects/default/backtests/", body)
    assert answer.status_code in (400, 409)
    assert not BackTest.objects.exists()


def command(*arguments):
    out = StringIO()
    call_command("backtest", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_tells_the_flips_and_uses_them_where_asked(judged):
    told = command("default", "--set", "hidden_failure.streak=3")
    assert "hidden_failure: pass -> fail" in told
    assert "1 verdicts flip" in told
    assert in_force(judged.project_id).version == 0
    command("default", "--set", "hidden_failure.streak=3", "--use", "it finds one")
    assert in_force(judged.project_id).values == STREAK


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere", "--set", "a.b=1"], "no project"),
        (["default", "--set", "hidden_failure.streak=x"], "whole number from 1"),
        (["default", "--set", "hidden_failure"], "no such threshold"),
        (["default", "--set", "hidden_failure.streak=5"], "Nothing differs"),
        (["default", "--set", "hidden_failure.streak=3", "--query", "tag = ="], "."),
    ],
)
def test_the_command_refuses_what_cannot_be(judged, arguments, told):
    with pytest.raises(CommandError, match=told):
        command(*arguments)
