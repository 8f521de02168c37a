"""The GPU side's door."""

import json

import pytest

from dashboard.runs.models import Run, Status
from dashboard.training.endings import of_trainer
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db

BYTES = "application/octet-stream"


def post(client, path, body=None):
    return client.post(f"/api/{path}", json.dumps(body or {}), content_type="application/json")


@pytest.fixture
def claim(worker, run):
    return post(worker, "claims/", {"host": "here", "slots": ["cpu:0"]}).json()["run"]


def test_a_claim_tells_all_that_a_runner_needs(claim, run):
    assert claim["id"] == run.pk
    assert claim["config"]["steps"] == 20
    assert set(claim) >= {
        "lease",
        "lease_seconds",
        "attempt",
        "trainer",
        "seed",
        "host",
        "slot",
        "processes",
    }


def test_nothing_to_claim_is_no_error(worker):
    assert post(worker, "claims/", {"host": "here", "slots": ["cpu:0"]}).json() == {"run": None}


def test_a_claim_without_a_slot_is_refused(worker):
    answer = post(worker, "claims/", {"host": "here"})
    assert answer.status_code == 400
    assert "slots" in answer.json()["errors"]


def test_a_lease_is_renewed_and_tells_of_a_stop(worker, as_scope, claim):
    renew = {"lease": claim["lease"]}
    assert post(worker, f"runs/{claim['id']}/lease/", renew).json()["stop_requested"] is False
    post(as_scope("member"), f"runs/{claim['id']}/stop/")
    assert post(worker, f"runs/{claim['id']}/lease/", renew).json()["stop_requested"] is True


def test_a_foreign_lease_is_fenced_off(worker, claim):
    for path in ("lease", "finish"):
        body = {"lease": "f" * 32, "outcome": "finished"}
        answer = post(worker, f"runs/{claim['id']}/{path}/", body)
        assert answer.status_code == 409
        assert "not yours any more" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        ("finished", Status.FINISHED),
        ("failed", Status.FAILED),
        ("stopped", Status.STOPPED),
        ("interrupted", Status.QUEUED),
        ("lost", Status.QUEUED),
    ],
)
def test_each_end_leads_to_its_state(worker, claim, outcome, status):
    body = {"lease": claim["lease"], "outcome": outcome, "failure": "because"}
    assert post(worker, f"runs/{claim['id']}/finish/", body).json() == {"status": status}


def ended(worker, claim, told):
    body = {"lease": claim["lease"], "outcome": "failed", "exit_code": 3}
    post(worker, f"runs/{claim['id']}/finish/", {**body, "failure": "in English", **told})
    return Run.objects.get(pk=claim["id"])


def test_a_failure_is_kept_for_any_language_where_it_is_one_of_the_apps_own(worker, claim):
    told = of_trainer(3, "died")
    assert ended(worker, claim, {"failure_told": told}).failure_told == told


def test_a_failure_in_words_of_another_version_is_kept_as_it_stands(worker, claim):
    run = ended(worker, claim, {"failure_told": {"text": "{new.__class__}", "values": {"new": 1}}})
    assert (run.failure, run.failure_told) == ("in English", {})


def test_a_failure_of_an_older_worker_is_kept_as_it_stands(worker, claim):
    run = ended(worker, claim, {})
    assert (run.failure, run.failure_told) == ("in English", {})


def test_events_are_acknowledged_by_offset(worker, claim):
    body = lines(scalars(1, train_loss=2.0))
    path = f"/api/runs/{claim['id']}/events/"
    for _ in range(2):
        answer = worker.post(f"{path}?offset=0", body, content_type=BYTES)
        assert answer.json()["offset"] == len(body)
    answer = worker.post(f"{path}?offset=999", body, content_type=BYTES)
    assert (answer.status_code, answer.json()["expected"]) == (409, len(body))


def test_a_log_is_acknowledged_by_offset(worker, claim):
    path = f"/api/runs/{claim['id']}/log/?offset=0"
    assert worker.post(path, b"\xff\x00 any bytes", content_type=BYTES).json() == {"offset": 12}


def test_junk_is_refused_and_moves_nothing(worker, claim):
    path = f"/api/runs/{claim['id']}/events/?offset=0"
    answer = worker.post(path, b"junk\nmore junk\n", content_type=BYTES)
    assert answer.status_code == 400
    assert "nothing was stored" in answer.json()["detail"]
    good = lines(scalars(1, train_loss=2.0))
    assert worker.post(path, good, content_type=BYTES).json()["points"] == 1


def test_fifty_megabytes_are_refused(worker, claim):
    path = f"/api/runs/{claim['id']}/events/?offset=0"
    answer = worker.post(path, b"x" * 50_000_000, content_type=BYTES)
    assert answer.status_code == 413
    assert "16 MiB" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["", "?offset=-1", "?offset=x"])
def test_a_post_without_a_sensible_offset_is_refused(worker, claim, query):
    answer = worker.post(f"/api/runs/{claim['id']}/events/{query}", b"", content_type=BYTES)
    assert answer.status_code == 400
    assert "offset" in answer.json()["errors"]


def test_events_of_an_unknown_run_are_not_found(worker):
    path = f"/api/runs/{'0' * 32}/events/?offset=0"
    assert worker.post(path, b"{}\n", content_type=BYTES).status_code == 404
