"""The machines page: hosts, slots, the queue and its order."""

import pytest
from django.utils.timezone import now

from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.training import queue
from dashboard.training.launching import launch
from dashboard.training.models import Heartbeat
from tests.web.given import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def host(db):
    readings = {"cpu/host": 3.0, "cpu/cores": 8, "disk/free": 2**30, "disk/total": 2**40}
    detail = {"slots": ["gpu:0", "gpu:1"], "readings": readings, "words": "no GPU is read: why"}
    return Heartbeat.objects.create(kind="worker", name="h", seen_at=now(), detail=detail)


def shown(page_client):
    return page_client.get("/machines/").content.decode()


def act(page_client, do, **more):
    return page_client.post("/machines/", {"do": do, **more}, follow=True).content.decode()


def test_without_a_worker_the_page_says_how_to_start_one(page_client):
    assert "manage.py worker" in shown(page_client)


def test_a_host_shows_its_slots_what_runs_there_and_how_busy_it_is(page_client, host, run):
    lifecycle.claim("h", "gpu:1")
    page = shown(page_client)
    for part in ("gpu:0", "free", run.get_absolute_url(), "3.0 of 8 in use", "no GPU is read: why"):
        assert part in page


def test_the_queue_shows_its_order_and_why_each_waits(page_client, host, run):
    wide = launch("rehearsal", name="wide", seed=0)
    Run.objects.filter(pk=wide.pk).update(processes=9)
    rows = page_client.get("/machines/").context["rows"]
    assert [row["run"].name for row in rows] == [run.name, "wide"]
    assert "starts in a moment" in rows[0]["why"]
    assert "It needs 9 slots" in rows[1]["why"]


def test_moves_change_the_order_and_leave_a_note(page_client, run):
    second = launch("rehearsal", name="second", seed=0)
    page = act(page_client, f"up {second.pk}")
    assert page.index("second") < page.index(run.name)
    assert "0 → 1" in page


def test_a_priority_is_set_and_shown_on_the_run_page(page_client, run):
    act(page_client, f"priority {run.pk}", priority="7")
    run.refresh_from_db()
    assert run.priority == 7
    page = page_client.get(run.get_absolute_url()).content.decode()
    assert "lin changed it from 0 to 7" in page


@pytest.mark.parametrize("priority", ["", "many", "1001"])
def test_a_priority_that_is_none_is_refused_in_words(page_client, run, priority):
    assert "A priority is a number" in act(page_client, f"priority {run.pk}", priority=priority)
    place = queue.place(Run.objects.get(pk=run.pk))
    assert place is not None
    assert place.place == 1


def test_a_waiting_run_is_stopped(page_client, run):
    act(page_client, f"stop {run.pk}")
    run.refresh_from_db()
    assert run.status == "stopped"


def test_a_run_that_was_claimed_meanwhile_is_left_alone(page_client, run):
    lifecycle.claim("h", "cpu:0")
    assert "does not wait any more" in act(page_client, f"stop {run.pk}")
    run.refresh_from_db()
    assert not run.stop_requested


def test_a_host_at_work_is_not_forgotten(page_client, host):
    assert "at work" in act(page_client, "forget h")
    assert Heartbeat.objects.exists()


def test_an_unknown_action_is_refused(page_client):
    assert page_client.post("/machines/", {"do": "explode h"}).status_code == 400


def test_while_nothing_changes_the_page_is_not_made_again(page_client, host, run):
    first = page_client.get("/machines/")
    again = page_client.get("/machines/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    lifecycle.claim("h", "gpu:0")
    changed = page_client.get("/machines/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_a_long_queue_costs_no_more_questions(page_client, host, run):
    few = queries(page_client, "/machines/")
    for _ in range(5):
        launch("rehearsal", seed=0)
    assert queries(page_client, "/machines/") == few


def test_the_run_page_tells_the_place_in_the_queue(page_client, run):
    second = launch("rehearsal", name="second", seed=0)
    page = page_client.get(second.get_absolute_url()).content.decode()
    assert "Place 2 of 2 in the queue." in page
    assert "No worker is at work" in page
    lifecycle.claim("h", "cpu:0")
    assert "Place 1 of 1" in page_client.get(second.get_absolute_url()).content.decode()


def test_the_system_tab_says_what_was_said_beside_the_readings(page_client, run):
    from dashboard.metrics import store

    store.append_system(run.pk, 0, b'{"time": 1, "words": "no GPU is read: <why>"}\n')
    page = page_client.get(f"/runs/{run.pk}/?tab=system").content.decode()
    assert "no GPU is read: &lt;why&gt;" in page
