"""Runs for programs."""

import json

import pytest

from dashboard.metrics import store
from dashboard.runs import lifecycle
from dashboard.training.launching import launch
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(as_scope):
    return as_scope("member")


def post(client, path, body=None):
    return client.post(path, json.dumps(body or {}), content_type="application/json")


def test_a_run_is_launched(api):
    answer = post(
        api,
        "/api/runs/",
        {"trainer": "rehearsal", "preset": "nan", "config": {"steps": 7}, "seed": 3, "tags": ["a"]},
    )
    assert answer.status_code == 201
    told = answer.json()
    assert told["url"] == f"/runs/{told['id']}/"
    assert (told["config"]["steps"], told["seed"], told["tags"]) == (7, 3, ["a"])
    assert api.get(f"/api/runs/{told['id']}/").json()["status"] == "queued"


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({"trainer": "nope"}, "trainer", "There is no trainer nope"),
        ({"trainer": "rehearsal", "preset": "x"}, "preset", "unknown preset"),
        ({"trainer": "rehearsal", "config": {"steps": -1}}, "steps", "at least 1"),
        ({"trainer": "rehearsal", "config": {"stepz": 1}}, "stepz", "no such field"),
        ({"trainer": "rehearsal", "sede": 1}, "sede", "no such field"),
        ({"trainer": "rehearsal", "seed": -1}, "seed", "greater than"),
        ({}, "trainer", "required"),
    ],
)
def test_a_bad_launch_is_refused_by_field(api, body, field, told):
    answer = post(api, "/api/runs/", body)
    assert answer.status_code == 400
    assert told in str(answer.json()["errors"][field])


def test_a_body_that_is_no_json_is_refused(api):
    answer = api.post("/api/runs/", "{", content_type="application/json")
    assert answer.status_code == 400
    assert "JSON" in answer.json()["detail"]


def test_runs_are_listed_newest_first_and_searched(api):
    first = launch("rehearsal", name="alpha", tags=["night"])
    second = launch("rehearsal", name="beta")
    told = api.get("/api/runs/").json()
    assert [run["id"] for run in told["results"]] == [second.pk, first.pk]
    for words in ("alpha", "night rehearsal", "queued night"):
        found = api.get("/api/runs/", {"q": words}).json()["results"]
        assert [run["id"] for run in found] == [first.pk]


def test_lists_are_asked_ordered_and_paged_as_the_table_is(api):
    for number in range(5):
        launch("rehearsal", name=f"run {number}", config={"steps": 10 + number}, seed=0)
    asked = {"q": "params.steps > 10", "sort": "params.steps", "limit": 3}
    told = api.get("/api/runs/", asked).json()
    assert [run["name"] for run in told["results"]] == ["run 1", "run 2", "run 3"]
    assert (told["count"], told["count_is_exact"], told["previous"]) == (4, True, None)
    second = api.get(told["next"]).json()
    assert [run["name"] for run in second["results"]] == ["run 4"]
    assert second["next"] is None
    assert api.get(second["previous"]).json()["results"] == told["results"]


def test_a_query_that_cannot_be_read_is_told_where(api):
    answer = api.get("/api/runs/", {"q": "  stauts = failed"})
    assert answer.status_code == 400
    told = answer.json()
    assert "no field" in told["detail"]
    assert (told["from"], told["to"]) == (2, 8)
    assert told["near"][0] == "status"


@pytest.mark.parametrize("asked", [{"offset": 5}, {"limit": 0}, {"limit": 1001}, {"cursor": "x"}])
def test_a_list_that_there_is_not_is_refused(api, asked):
    assert api.get("/api/runs/", asked).status_code == 400


def test_completions_are_offered(api):
    told = api.get("/api/complete/", {"q": "status = ru", "at": 11}).json()
    assert told == {"from": 9, "to": 11, "offers": [{"text": "running", "kind": "value"}]}


def test_a_run_tells_the_summary_of_every_metric(api, run):
    store.append(run.pk, 0, lines(scalars(1, train_loss=2.0), scalars(2, train_loss="NaN")))
    metric = api.get(f"/api/runs/{run.pk}/").json()["metrics"]["train/loss"]
    assert metric["last"] == "NaN"
    assert (metric["min"], metric["max"], metric["count"], metric["nonfinite"]) == (2.0, 2.0, 2, 1)


def test_curves_come_thinned_with_their_points_that_are_not_finite(api, run):
    store.append(
        run.pk,
        0,
        lines(*(scalars(s, train_loss=s) for s in range(100)), scalars(100, train_loss="NaN")),
    )
    told = api.get(f"/api/runs/{run.pk}/curves/", {"name": "train/loss", "buckets": 10}).json()
    (curve,) = told["curves"]
    assert (curve["count"], curve["buckets"], len(curve["steps"])) == (101, 10, 20)
    assert curve["nonfinite"] == {"steps": [100], "times": [1.0], "values": ["NaN"]}


@pytest.mark.parametrize("buckets", ["0", "x", "99999"])
def test_a_senseless_number_of_buckets_is_refused(api, run, buckets):
    answer = api.get(f"/api/runs/{run.pk}/curves/", {"buckets": buckets})
    assert answer.status_code == 400
    assert "buckets" in answer.json()["errors"]


def test_a_queued_run_is_stopped_archived_and_restored(api, run):
    assert post(api, f"/api/runs/{run.pk}/archive/").status_code == 409
    assert post(api, f"/api/runs/{run.pk}/stop/").json()["status"] == "stopped"
    assert post(api, f"/api/runs/{run.pk}/stop/").status_code == 409
    assert post(api, f"/api/runs/{run.pk}/archive/").json()["archived_at"]
    assert api.get("/api/runs/").json()["count"] == 0
    assert api.get("/api/runs/", {"archived": 1}).json()["count"] == 1
    assert post(api, f"/api/runs/{run.pk}/restore/").json()["archived_at"] is None


@pytest.mark.parametrize("path", ["", "stop/", "curves/", "verdicts/"])
def test_an_unknown_run_is_not_found(api, path):
    url = f"/api/runs/{'0' * 32}/{path}"
    answer = post(api, url) if path == "stop/" else api.get(url)
    assert answer.status_code == 404
    assert answer.json()["detail"]


def test_verdicts_are_told_in_words(api, worker, run):
    claim = lifecycle.claim("here", "cpu:0")
    assert claim is not None
    body = lines(scalars(1, train_loss="NaN"))
    worker.post(
        f"/api/runs/{run.pk}/events/?offset=0", body, content_type="application/octet-stream"
    )
    post(worker, f"/api/runs/{run.pk}/finish/", {"lease": claim.lease, "outcome": "finished"})
    told = api.get(f"/api/runs/{run.pk}/verdicts/").json()
    assert told["state"] == "fail"
    assert told["verdicts"][0]["rule"] == "non_finite_loss"
    assert isinstance(told["verdicts"][0]["says"], str)
