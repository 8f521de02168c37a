"""Trash, lock, purge and retention for programs: who may, and what is answered."""

import json
import math

import pytest

from dashboard.runs.models import Project, Run
from dashboard.storage import purging, usage
from dashboard.storage.models import Purged
from tests.storage.given import ended, heavy, trashed

pytestmark = pytest.mark.django_db


def post(client, run, verb):
    return client.post(f"/api/runs/{run.pk}/{verb}/")


def test_a_member_trashes_and_restores(as_scope):
    member, run = as_scope("member"), ended()
    assert post(member, run, "trash").json()["trashed_at"]
    assert member.get("/api/runs/").json()["results"] == []
    assert member.get("/api/runs/?archived=1").json()["results"] == []
    assert [row["id"] for row in member.get("/api/trash/").json()["results"]] == [run.pk]
    assert post(member, run, "restore").json()["trashed_at"] is None
    assert len(member.get("/api/runs/").json()["results"]) == 1


@pytest.mark.parametrize("verb", ["trash", "restore", "lock", "unlock", "purge"])
def test_a_viewer_changes_nothing(as_scope, verb):
    assert post(as_scope("viewer"), ended(), verb).status_code == 403


def test_only_an_administrator_deletes_for_good(as_scope):
    run = trashed(ended(), days_ago=1)
    assert post(as_scope("member"), run, "purge").status_code == 403
    answer = post(as_scope("admin"), run, "purge")
    assert answer.status_code == 202
    purging.work(math.inf)
    assert not Run.objects.exists()
    assert Purged.objects.get().by == "token test admin"


def test_a_locked_run_says_why_it_stays(as_scope):
    member, run = as_scope("member"), ended()
    assert post(member, run, "lock").json()["locked_at"]
    answer = post(member, run, "trash")
    assert answer.status_code == 409
    assert "locked" in answer.json()["detail"]


def test_a_run_that_is_not_in_the_trash_is_not_deleted(as_scope):
    assert post(as_scope("admin"), ended(), "purge").status_code == 409


def patch(client, **days):
    path = "/api/projects/default/retention/"
    return client.patch(path, json.dumps(days), content_type="application/json")


def test_retention_is_an_administrators(as_scope):
    ended(days_ago=90)
    assert patch(as_scope("member"), trash_after=30).status_code == 403
    told = patch(as_scope("admin"), trash_after=30).json()
    assert (told["trash_after"], told["purge_after"]) == (30, None)
    assert told["due"] == {"trash": 1, "purge": None}
    assert as_scope("viewer").get("/api/projects/default/retention/").json() == told


@pytest.mark.parametrize("days", [0, -1, 10**9, "soon", 1.5])
def test_days_that_make_no_sense_are_refused(as_scope, days):
    ended()
    answer = patch(as_scope("admin"), trash_after=days)
    assert answer.status_code == 400
    assert "trash_after" in answer.json()["errors"]
    assert Project.objects.get().trash_after is None


def test_the_storage_tells_bytes_by_project_and_run(as_scope):
    run = heavy("big", log=5000)
    usage.measure([run.pk])
    told = as_scope("viewer").get("/api/storage/").json()
    assert told["disk"]["free"] > 0
    assert told["database"]["size"] > 0
    assert told["projects"][0]["log"] == 5000
    assert told["runs"][0]["name"] == "big"
    assert told["next"] is None


def test_a_worker_learns_what_was_deleted_and_reports_what_it_removed(worker):
    run, other = trashed(ended(), days_ago=1), ended()
    beat = {"host": "gpu-1", "detail": {}}
    path = "application/json"
    assert worker.post("/api/workers/", json.dumps(beat), path).json() == {"deleted": 0}
    Run.objects.filter(pk=run.pk).update(purged_at="2026-01-01T00:00Z")
    purging.work(math.inf)
    assert worker.post("/api/workers/", json.dumps(beat), path).json() == {"deleted": 1}
    ask = {"host": "gpu-1", "runs": [run.pk, other.pk, "e" * 32]}
    assert worker.post("/api/purges/", json.dumps(ask), path).json() == {"purged": [run.pk]}
    done = {"host": "gpu-1", "runs": [], "removed": {run.pk: 1234, other.pk: 9}}
    worker.post("/api/purges/", json.dumps(done), path)
    assert Purged.objects.get().removed == 1234


def test_people_do_not_ask_for_a_workers_orders(as_scope):
    body = json.dumps({"host": "x", "runs": []})
    assert as_scope("admin").post("/api/purges/", body, "application/json").status_code == 403
