"""The queue under duplicates, many runs and repeated kills."""

import random
import subprocess
import sys
import time

import pytest

from tests.installation import ROOT, wait

pytestmark = pytest.mark.faults

RUNS = 60
WAKE = "from dashboard.training.tasks import work; [work.apply_async() for _ in range(5)]"


def redis_url(up):
    (pid,) = up.pids("worker")[:1]
    with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123 - a file of the kernel
        pairs = dict(p.split("=", 1) for p in file.read().decode().split("\0") if "=" in p)
    return pairs["REDIS_URL"]


def test_five_wake_ups_for_one_run_start_it_once(up):
    wait(lambda: bool(up.pids("worker")), 20, up.tell)
    environment = {**up.environment, "REDIS_URL": redis_url(up)}
    subprocess.run([sys.executable, "-c", WAKE], cwd=ROOT, env=environment, check=True)
    run_id = up.launch(steps=20)
    subprocess.run([sys.executable, "-c", WAKE], cwd=ROOT, env=environment, check=True)
    assert up.wait_status(run_id, "finished")["attempt"] == 1
    up.assert_whole(run_id, 20)


def test_sixty_runs_under_repeated_kills_each_end_whole(up):
    draw = random.Random(0)
    runs = [up.launch(steps=10, pace=0.02) for _ in range(RUNS)]
    end = time.monotonic() + 240
    victims = ["worker", "redis", "web", "runner", "worker", "runner", "redis", "housekeeping"]

    def finished():
        told = up.api("runs/?limit=200")["results"]
        return [run for run in told if run["id"] in runs and run["status"] == "finished"]

    while len(finished()) < RUNS and victims:
        time.sleep(draw.uniform(2, 4))
        up.kill(victims.pop())
    wait(lambda: len(finished()) == RUNS, end - time.monotonic(), lambda: _rest(up, runs))
    for run_id in runs:
        up.assert_whole(run_id, 10)
        up.assert_never_twice_at_once(run_id)


def _rest(up, runs):
    told = up.api("runs/?limit=200")["results"]
    left = [(r["id"], r["status"], r["attempt"]) for r in told if r["status"] != "finished"]
    return f"{left}\n{up.tell()}"
