"""Machines, queue, log and host readings for programs."""

import json

import pytest
from django.utils.timezone import now

from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from dashboard.training.models import Heartbeat, PriorityChange

pytestmark = pytest.mark.django_db
BYTES = "application/octet-stream"


def post(client, path, body):
    return client.post(f"/api/{path}", json.dumps(body), content_type="application/json")


def test_a_machine_tells_its_slots_and_readings(as_scope, worker, run):
    detail = {"slots": ["cpu:0"], "readings": {"cpu/host": 1.0}, "version": "1"}
    assert post(worker, "workers/", {"host": "h", "detail": detail}).json() == {"deleted": 0}
    lifecycle.claim("h", "cpu:0")
    [told] = as_scope("viewer").get("/api/machines/").json()["machines"]
    assert (told["name"], told["alive"], told["readings"]) == ("h", True, {"cpu/host": 1.0})
    assert told["slots"] == [{"name": "cpu:0", "run": run.pk, "gpu": "", "readings": {}}]


def test_the_queue_tells_order_and_reason(as_scope, run):
    wide = launch("rehearsal", name="wide", seed=0)
    Run.objects.filter(pk=wide.pk).update(processes=4)
    Heartbeat.objects.create(
        kind="worker", name="h", seen_at=now(), detail={"slots": ["gpu:0", "gpu:1"]}
    )
    first, second = as_scope("viewer").get("/api/queue/").json()["queue"]
    assert (first["run"], first["place"], first["why"]) == (run.pk, 1, "starting")
    assert (second["why"], second["needs"], second["most"]) == ("too_wide", 4, 2)


def test_a_member_reorders_and_the_note_names_the_token(as_scope, run):
    later = launch("rehearsal", name="later", seed=0)
    answer = post(as_scope("member"), f"runs/{later.pk}/queue/", {"move": "top"})
    assert (answer.json()["place"], answer.json()["priority"]) == (1, 1)
    assert PriorityChange.objects.get().by == "token test member"
    answer = post(as_scope("member"), f"runs/{later.pk}/queue/", {"priority": -5})
    assert (answer.json()["place"], answer.json()["priority"]) == (2, -5)


@pytest.mark.parametrize(
    "body", [{}, {"move": "sideways"}, {"priority": 1001}, {"move": "up", "priority": 1}, {"a": 1}]
)
def test_what_is_neither_a_move_nor_a_priority_is_refused(as_scope, run, body):
    assert post(as_scope("member"), f"runs/{run.pk}/queue/", body).status_code == 400


def test_viewers_and_workers_do_not_reorder(as_scope, run):
    for scope in ("viewer", "worker"):
        assert post(as_scope(scope), f"runs/{run.pk}/queue/", {"move": "up"}).status_code == 403


def test_a_run_that_runs_has_no_place(as_scope, run):
    lifecycle.claim("h", "cpu:0")
    answer = as_scope("viewer").get(f"/api/runs/{run.pk}/queue/")
    assert answer.status_code == 409
    assert "running" in answer.json()["detail"]


def test_a_log_is_read_by_lines_searched_and_downloaded(as_scope, worker, run):
    body = b"one\n\x1b[31mtwo\x1b[0m\n\xff\n"
    worker.post(f"/api/runs/{run.pk}/log/?offset=0", body, content_type=BYTES)
    viewer = as_scope("viewer")
    lines = viewer.get(f"/api/runs/{run.pk}/log/lines/?first=1&count=5")
    assert lines.json()["lines"] == ["\x1b[31mtwo\x1b[0m", "\ufffd"]
    assert (
        viewer.get(
            lines.request["PATH_INFO"] + "?first=1&count=5",
            headers={"If-None-Match": lines["ETag"]},
        ).status_code
        == 304
    )
    assert viewer.get(f"/api/runs/{run.pk}/log/hits/?q=TWO").json()["lines"] == [1]
    file = viewer.get(f"/api/runs/{run.pk}/log/file/")
    assert b"".join(file.streaming_content) == body
    assert file["Content-Disposition"] == 'attachment; filename="rehearsal-custom-1.log"'


@pytest.mark.parametrize("query", ["lines/?count=5001", "lines/?from=1", "hits/", "hits/?q="])
def test_a_misasked_log_is_refused(as_scope, run, query):
    assert as_scope("viewer").get(f"/api/runs/{run.pk}/log/{query}").status_code == 400


def test_readings_come_from_workers_and_go_to_readers(as_scope, worker, run):
    body = b'{"time": 1763700000.5, "values": {"cpu/run": 2.5}}\n{"no'
    sent = worker.post(f"/api/runs/{run.pk}/system/?offset=0&source=a", body, content_type=BYTES)
    assert sent.json() == {"offset": len(body) - 4, "refused": 0}
    viewer = as_scope("viewer")
    told = viewer.get(f"/api/runs/{run.pk}/system/").json()
    assert told["readings"] == {"cpu/run": {"times": [1763700000.5], "values": [2.5]}}
    assert viewer.post(f"/api/runs/{run.pk}/system/?offset=0", body, BYTES).status_code == 403


def test_system_figures_are_drawn_over_time(as_scope, worker, run):
    body = b"".join(
        json.dumps({"time": 1000.0 + 10 * k, "values": {"cpu/run": k, "cpu/host": 2 * k}}).encode()
        + b"\n"
        for k in range(5)
    )
    worker.post(f"/api/runs/{run.pk}/system/?offset=0", body, content_type=BYTES)
    asked = f"/api/system-figures/?runs={run.pk}"
    answer = as_scope("viewer").get(f"{asked}&x=step&window=1,2")  # what another tab left
    [figure] = answer.json()["figures"]
    assert figure["name"] == "cpu"
    assert [trace["name"] for trace in figure["figure"]["data"]] == ["this run", "whole host"]
    assert figure["figure"]["layout"]["meta"]["x"] == "relative"
    assert figure["note"] == "10 points"
    again = as_scope("viewer").get(
        f"{asked}&x=step&window=1,2", headers={"If-None-Match": answer["ETag"]}
    )
    assert again.status_code == 304
