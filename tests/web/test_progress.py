"""A run says how far it is, how long it will take, and why it may wait for ever."""

import json

import pytest
from django.utils.timezone import now

from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from dashboard.training.models import Heartbeat
from tests.web.given import ran


def told(run, *lines):
    store.append(run.pk, 0, b"".join(json.dumps(line).encode() + b"\n" for line in lines), "here")


def page(client, run):
    return client.get(f"/runs/{run.pk}/").content.decode()


@pytest.fixture
def halfway(db):
    run = ran("one", status="running")
    values = {"train/loss": 1.0, "time/left": 200.4}
    told(
        run,
        {"kind": "facts", "time": 1.0, "values": {"train/steps": 50}},
        {"kind": "scalars", "time": 2.0, "step": 25, "values": values},
    )
    return run


def test_a_running_run_says_how_far_it_is_and_how_long_it_will_take(page_client, halfway):
    text = page(page_client, halfway)
    assert "step 25 of 50" in text
    assert "3 min 20 s left" in text


def test_an_ended_run_has_no_time_left(page_client, halfway):
    Run.objects.filter(pk=halfway.pk).update(status="stopped")
    text = page(page_client, halfway)
    assert "step 25 of 50" in text
    assert "3 min 20 s left" not in text


def test_a_run_that_told_nothing_has_no_progress(page_client, run):
    assert "Progress" not in page(page_client, run)


def host(name, slots, seen_at=None):
    Heartbeat.objects.create(
        kind="worker", name=name, detail={"slots": slots}, seen_at=seen_at or now()
    )


def test_a_run_that_no_host_is_wide_enough_for_says_so(page_client, db):
    run = launch("region_contrastive", config={"processes": 3})
    warning = "no host has as many: the largest has 2"
    assert warning not in page(page_client, run)  # nobody is at work: that is told elsewhere
    host("small", ["gpu:0", "gpu:1", "cpu:0"])
    assert warning in page(page_client, run)
    host("large", ["gpu:0", "gpu:1", "gpu:2"])
    assert warning not in page(page_client, run)
