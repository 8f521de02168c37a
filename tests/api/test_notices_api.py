"""Notices for programs: the newest first, page by page, and nothing for who may not read."""

import pytest

from dashboard.training.launching import launch
from tests.notices.given import judged, verdict

pytestmark = pytest.mark.django_db


def listed(client, query=""):
    answer = client.get(f"/api/notices/{query}")
    assert answer.status_code == 200
    return answer.json()


def test_tells_what_was_told(as_scope, run):
    judged(run, verdict("fail", since=61))
    [notice] = listed(as_scope("viewer"))["results"]
    assert (notice["run"], notice["rule"], notice["state"]) == (run.pk, "non_finite_loss", "fail")
    assert notice["headline"] == f"{run.name} (#1): Non-finite loss: failing since step 61"
    assert (notice["since_step"], notice["over_at"]) == (61, None)


def test_pages_hold_each_notice_once(as_scope, run):
    rules = [f"rule_{n}" for n in range(5)]
    judged(run, *(verdict(rule=rule) for rule in rules))
    client, found, query = as_scope("viewer"), [], "?limit=2"
    while True:
        page = listed(client, query)
        found += [notice["rule"] for notice in page["results"]]
        if page["next"] is None:
            break
        query = f"?limit=2&before={page['next']}"
    assert found == rules[::-1]


def test_narrows_by_run_and_state(as_scope, run):
    other = launch("rehearsal", config={"steps": 20}, seed=0)
    judged(run, verdict("fail"), verdict("warn", rule="loss_spike"))
    judged(other, verdict("warn"))
    client = as_scope("viewer")
    assert len(listed(client, f"?run={run.pk}")["results"]) == 2
    assert len(listed(client, "?state=warn")["results"]) == 2
    assert len(listed(client, f"?state=warn&run={run.pk}")["results"]) == 1


@pytest.mark.parametrize("query", ["?state=pass", "?before=x", "?limit=0", "?runs=1"])
def test_a_question_that_makes_no_sense_is_refused(as_scope, query):
    assert as_scope("viewer").get(f"/api/notices/{query}").status_code == 400


def test_a_worker_reads_nothing(as_scope, client):
    assert as_scope("worker").get("/api/notices/").status_code == 403
    assert client.get("/api/notices/").status_code == 401
