"""Notices of a real installation whose parts are killed: each arrives, and none is made up."""

import json
import os
import signal

import pytest

from tests.installation import wait
from tests.notices.given import Answer, receiver

pytestmark = pytest.mark.faults

ADD = """
from dashboard.notices.models import Channel
Channel.objects.all().delete()
Channel.objects.create(name="ops", target="{url}", secret="whsec_c2VjcmV0")
"""
WAITING = """
from dashboard.notices.models import Delivery
print(Delivery.objects.filter(status="waiting").count())
"""


def add_channel(up, url):
    up.manage("shell", "--no-imports", "-c", ADD.format(url=url))


def waiting(up):
    return int(up.manage("shell", "--no-imports", "-c", WAITING))


def breaking(up, **more):
    """A run whose loss is not a number from step 20 on."""
    config = {"steps": 4000, "step_seconds": 0.05, "nan_at": 20}
    body = {"trainer": "rehearsal", "config": config, "seed": 0, **more}
    return str(up.api("runs/", body)["id"])


def failing(up, run_id):
    found = up.api(f"runs/{run_id}/verdicts/")["verdicts"]
    return any(v["rule"] == "non_finite_loss" and v["state"] == "fail" for v in found)


def told(there, run_id):
    bodies = [json.loads(received.body) for received in there.received]
    return [body for body in bodies if body["run"]["id"] == run_id]


def test_what_was_noted_before_everything_is_killed_is_sent_afterwards_once(up):
    with receiver() as there:
        add_channel(up, there.url)
        (keeper,) = up.pids("housekeeping")
        os.kill(keeper, signal.SIGSTOP)  # between the verdict and its delivery
        run_id = breaking(up, stop_when_fatal=True)
        wait(lambda: failing(up, run_id), 40, up.tell)
        assert waiting(up) == 1
        assert there.received == []
        for name in ("supervisor", "worker", "web", "housekeeping", "redis"):
            up.kill(name)
        up.up.wait(10)
        up.start()
        wait(lambda: bool(told(there, run_id)), 30, up.tell)
        run = up.wait_status(run_id, "stopped")
        wait(lambda: waiting(up) == 0, 20, up.tell)
        assert len(told(there, run_id)) == 1
    assert run["stopped_by"]["rule"] == "non_finite_loss"
    assert run["stopped_by"]["since_step"] == 20
    assert run["facts"]["checkpoint/step"] == max(up.logged(run_id))
    up.assert_never_twice_at_once(run_id)


def test_a_sender_that_is_killed_while_it_sends_tries_again_under_the_same_id(up):
    with receiver(Answer(after=8), Answer()) as there:
        add_channel(up, there.url)
        run_id = breaking(up)
        wait(lambda: len(told(there, run_id)) == 1, 40, up.tell)
        assert up.kill("housekeeping")  # in the middle of the request
        wait(lambda: len(told(there, run_id)) == 2, 60, up.tell)
        up.api(f"runs/{run_id}/stop/", {})
        up.wait_status(run_id, "stopped")
        assert up.run(run_id)["stopped_by"] == {}
    first, second = [received.headers["webhook-id"] for received in there.received]
    assert first == second
