"""What each kind of condition finds."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils.timezone import now

from dashboard.runs.models import Run
from tests.search.given import fault, made, names

pytestmark = pytest.mark.django_db


def test_no_query_finds_all_newest_first():
    made("old"), made("new")
    assert names() == ["new", "old"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("params.lr < 1e-3", ["small"]),
        ("params.lr <= 1e-3", ["middle", "small"]),
        ("params.lr = 0.001", ["middle"]),
        ("params.lr = 1e-3", ["middle"]),
        ("params.lr != 0.001", ["text", "large", "small"]),
        ("not params.lr = 0.001", ["none", "text", "large", "small"]),
        ("params.lr in (0.1, 1e-4)", ["large", "small"]),
        ("params.lr not in (0.1, 1e-4)", ["text", "middle"]),
        ("params.lr is null", ["none"]),
        ("params.lr is not null", ["text", "large", "middle", "small"]),
        ("params.lr ~ AUT", ["text"]),
        ("params.lr = auto", ["text"]),
        ('params.lr = "0.1"', ["large"]),
        ("param.lr > 0", ["large", "middle", "small"]),
    ],
)
def test_params_compare_as_numbers_or_texts(query, found):
    for name, value in {"small": 1e-4, "middle": 1e-3, "large": 0.1, "text": "auto"}.items():
        made(name, params={"lr": value})
    made("none", params={"lr": None})
    assert names(query) == found


def test_params_may_be_nested_true_or_lists():
    made("a", params={"loss": {"weight": 2, "names": ["x"]}, "amp": True})
    made("b", params={"loss": {"weight": 3}, "amp": False})
    assert names("params.loss.weight = 2") == ["a"]
    assert names("params.amp = True") == ["a"]
    assert names('params.loss.names ~ "x"') == ["a"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag = night", ["both", "one"]),
        ("tags = night", ["both", "one"]),
        ("tag != night", ["none"]),
        ("tag in (day, 检索)", ["both"]),
        ("tag not in (day, 检索)", ["none", "one"]),
        ("tag ~ IG", ["both", "one"]),
        ("tag is null", ["none"]),
        ("tag is not null", ["both", "one"]),
    ],
)
def test_a_run_has_many_tags(query, found):
    made("one", tags=["night"]), made("both", tags=["night", "day"]), made("none")
    assert names(query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("metrics.eval/map > 0.5", ["good"]),
        ("metrics.eval/map.max > 0.5", ["fell", "good"]),
        ("metrics.eval/map.min = 0.1", ["good"]),
        ('metrics."eval/map".max > 0.5', ["fell", "good"]),
        ("metrics.eval/map is null", ["none", "broke"]),
        ("metrics.eval/map is nan", ["broke"]),
        ("metrics.eval/map.max is not null", ["broke", "fell", "good"]),
        ("metrics.eval/map > -inf", ["fell", "good"]),
    ],
)
def test_metrics_by_last_min_and_max(query, found):
    made("good", metrics={"eval/map": [0.1, 0.9]})
    made("fell", metrics={"eval/map": [0.8, 0.2]})
    made("broke", metrics={"eval/map": [0.3, "NaN"]})
    made("none", metrics={"train/loss": [1]})
    assert names(query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("health = fail", ["sick"]),
        ("health in (fail, pass)", ["well", "sick"]),
        ("health != pass", ["sick"]),
        ("health is null", ["new"]),
        ("verdict.memory_bank = fail", ["sick"]),
        ("verdict.frozen_scale = PASS", ["well", "sick"]),
        ("verdict.memory_bank is null", ["new", "well"]),
    ],
)
def test_verdicts_by_rule_and_state(query, found):
    made("sick", verdicts={"memory_bank": "fail", "frozen_scale": "pass"})
    made("well", verdicts={"frozen_scale": "pass"})
    made("new")
    assert names(query) == found


def test_a_rule_may_be_named_by_its_number():
    from dashboard.health.rules import RULES

    made("sick", verdicts={RULES[0].name: "fail"})
    assert names(f"verdict.{RULES[0].id} = fail") == ["sick"]


def test_verdicts_follow_the_newest_examination():
    from dashboard.health.models import Examination

    run = made("a", verdicts={"memory_bank": "fail", "frozen_scale": "pass"})
    fresh = [{"rule": "memory_bank", "state": "pass"}]
    Examination.objects.update_or_create(run=run, defaults={"state": "pass", "verdicts": fresh})
    assert names("verdict.memory_bank = fail") == []
    assert names("verdict.memory_bank = pass") == ["a"]
    assert names("verdict.frozen_scale is not null") == []


def test_texts_of_a_run():
    user = User.objects.create(username="lin")
    made("alpha", note="why Not", host="gpu-1", launched_by=user, preset="before", project="x")
    made("beta", trainer="sdm_alignment")
    for query in (
        "name = alpha",
        "name ~ LPH",
        "name in (alpha, gamma)",
        "note ~ WHY",
        "note is not null",
        "host = gpu-1",
        "machine = gpu-1",
        "user = lin",
        "user is not null",
        "preset != after",
        "project = x",
        "trainer != sdm_alignment",
        "number = 1 and project = x",
    ):
        assert names(query) == ["alpha"], query
    for query in ("host is null", "user is null", "note is null", "trainer ~ sdm", "not alpha"):
        assert names(query) == ["beta"], query


def test_bare_words_look_through_name_note_and_tags():
    made("alpha", note="Größe", tags=["blau"])
    made("beta", status="failed")
    for query in ("alp", "größe", "BLAU", "alpha blau", '"lph"', "rehears alpha"):
        assert names(query) == ["alpha"], query
    assert names("fail") == ["beta"]
    assert names("alpha or beta") == ["beta", "alpha"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("created > 2026-11-01", ["november 2"]),
        ("created >= 2026-11-01", ["november 2", "november 1"]),
        ("created = 2026-11-01", ["november 1"]),
        ("created = 2026-11", ["november 2", "november 1"]),
        ("created < 2026-11", ["october"]),
        ("created = 2025", []),
        ("created >= 2026-11-02T08:30", ["november 2"]),
        ("created > 2026-11-02T10:30+02:00", []),
        ("created in (2026-10, 2026-11-02)", ["november 2", "october"]),
    ],
)
def test_a_time_names_a_span(query, found):
    for name, day in {"october": (10, 31), "november 1": (11, 1), "november 2": (11, 2)}.items():
        made(name, created=dt.datetime(2026, *day, 8, 30, tzinfo=dt.UTC))
    assert names(query) == found


def test_times_count_back_from_now():
    made("old", created=now() - dt.timedelta(days=8))
    made("new", created=now() - dt.timedelta(days=6))
    assert names("created > -7d") == ["new"]
    assert names("created < -1w") == ["old"]
    assert names("started is null") == ["new", "old"]


def test_a_duration_is_how_long_a_run_took_or_has_been_running():
    ended: dict[str, Any] = {"started_at": now() - dt.timedelta(hours=9), "finished_at": now()}
    made("long", status="finished", **ended)
    made("runs", status="running", started_at=now() - dt.timedelta(minutes=90))
    made("waits")
    assert names("duration > 2h") == ["long"]
    assert names("duration > 1h20m and duration < 1h40m") == ["runs"]
    assert names("duration is null") == ["waits"]


def test_parentheses_bind_and_before_or():
    for name in ("ice", "oak", "sun"):
        made(name)
    assert names("ice or oak and sun") == ["ice"]
    assert names("(ice or oak) and not oak") == ["ice"]
    assert names("not (ice or oak)") == ["sun"]


def test_archived_runs_are_looked_for_apart():
    made("here"), made("gone", archived_at=now())
    assert names() == ["here"]
    assert names("name ~ o or name ~ e", archived=True) == ["gone"]


@pytest.mark.parametrize(
    ("query", "place", "says"),
    [
        ("params.lr <", "", "value is missing"),
        ("params.lr < < 3", "<", "value must stand"),
        ("(a or b", "", "closing parenthesis is missing"),
        ("a)", ")", "closes nothing"),
        ('"abc', '"abc', "quote is not closed"),
        ("a or or b", "or", "cannot stand here"),
        ("params.lr is 3", "3", "null"),
        ("params.lr in 3", "3", "list in parentheses"),
        ("params.lr < abc", "abc", "compared with numbers"),
        ("params.lr < nan", "nan", "is nan"),
        ("status = runing", "runing", "none of"),
        ("status < running", "status", "does not know"),
        ("created > soon", "soon", "no time"),
        ("duration > long", "long", "no duration"),
        ("name is nan", "name", "does not know"),
        ("verdict.memory_bnk = fail", "verdict.memory_bnk", "no rule"),
        ("lr < 3", "lr", "no field"),
        ("and", "and", "cannot stand here"),
    ],
)
def test_a_wrong_query_is_told_where(query, place, says):
    told, at, _near = fault(query)
    assert says in told
    assert at == place


def test_a_wrong_name_is_told_what_may_be_meant():
    made(params={"learning_rate": 1}, metrics={"eval/map": [1]})
    assert fault("learning_rate < 1")[2] == ["params.learning_rate"]
    assert fault("eval/map < 1")[2] == ["metrics.eval/map"]
    assert fault("craeted < 1")[2] == ["created"]
    assert fault("verdict.memory_bnk = fail")[2][0] == "verdict.memory_bank"
    assert fault("status = runing")[2] == ["running"]


def test_a_name_that_no_run_has_is_remarked_not_refused():
    from dashboard.search.finding import Asked, find

    made(params={"learning_rate": 1})
    found = find(Asked("params.lerning_rate = 1"))
    assert found.error is None
    [hint] = found.hints
    assert "No run has" in hint.says
    assert hint.near == ["params.learning_rate"]


@pytest.mark.parametrize(
    "evil",
    ["'; drop table runs_run; --", '" or 1=1', "%", "_", "\\", "a" * 5000, "(" * 500, "not " * 900],
)
def test_what_is_typed_never_reaches_sql(evil):
    from dashboard.search.fields import quote
    from dashboard.search.finding import Asked, find

    made("alpha")
    find(Asked(evil))
    assert names(f"name = {quote(evil)}"[:3900]) == [] if len(evil) < 3000 else True
    assert Run.objects.count() == 1
