"""kill -9 of each process in the middle of a run."""

import os
import shutil
import signal
import time

import pytest

from tests.installation import wait

pytestmark = pytest.mark.faults

STEPS = 150  # of 0.05 s: long enough to be hit in the middle on a busy machine


@pytest.fixture
def running(up):
    """A run that has sent its first points."""
    run_id = up.launch(steps=STEPS)
    wait(lambda: up.has_points(run_id, 5), 30, up.tell)
    return run_id


def finish(up, run_id, attempt=1):
    run = up.wait_status(run_id, "finished")
    assert run["attempt"] == attempt
    up.assert_whole(run_id, STEPS)
    up.assert_never_twice_at_once(run_id)


def test_worker(up, running):
    assert up.kill("worker")
    finish(up, running)


def test_runner(up, running):
    assert up.kill("runner", running)
    time.sleep(0.3)
    assert up.pids("trainer", running) == [] or up.run(running)["attempt"] == 2
    finish(up, running, attempt=2)


def test_runner_and_worker(up, running):
    up.kill("worker")
    up.kill("runner", running)
    finish(up, running, attempt=2)


def test_trainer(up, running):
    assert up.kill("trainer", running)
    run = up.wait_status(running, "failed")
    assert run["exit_code"] == -9
    assert "killed by SIGKILL" in run["failure"]
    last = max(up.logged(running))
    up.assert_whole(running, last)


def test_web(up, running):
    assert up.kill("web")
    assert up.run(running)["id"] == running  # the socket is the supervisor's: nobody is refused
    finish(up, running)


def test_redis_with_runs_waiting_and_one_launched_meanwhile(up, running):
    others = [up.launch(steps=10) for _ in range(4)]
    assert up.kill("redis")
    others.append(up.launch(steps=10))
    for other in others:
        assert up.wait_status(other, "finished")["attempt"] == 1
        up.assert_whole(other, 10)
    finish(up, running)


def test_redis_wiped(up, running):
    others = [up.launch(steps=10) for _ in range(5)]
    up.kill("redis")
    for folder in up.data.glob("redis*"):
        shutil.rmtree(folder, ignore_errors=True)
    others.append(up.launch(steps=10))
    for other in others:
        assert up.wait_status(other, "finished")["attempt"] == 1
    finish(up, running)


def test_housekeeping(up, running):
    assert up.kill("housekeeping")
    finish(up, running)
    wait(lambda: bool(up.pids("housekeeping")), 20, up.tell)


def test_supervisor(up, running):
    os.kill(up.up.pid, signal.SIGKILL)
    up.up.wait(10)
    wait(lambda: not up.pids("web") and not up.pids("worker") and not up.pids("redis"), 10)
    assert up.pids("runner", running)  # the run goes on by itself
    up.start()
    finish(up, running)


def test_everything_at_once(up, running):
    for name in ("supervisor", "worker", "runner", "trainer", "web", "housekeeping", "redis"):
        up.kill(name)
    up.up.wait(10)
    up.start()
    finish(up, running, attempt=2)


def test_ctrl_c_leaves_the_run_alone(up, running):
    assert up.stop() < 15
    assert up.pids("runner", running)
    up.start()
    finish(up, running)


def test_a_runner_that_is_told_to_end_saves_and_the_run_goes_on(up, running):
    (runner,) = up.pids("runner", running)
    os.kill(runner, signal.SIGTERM)
    wait(lambda: up.run(running)["attempt"] == 2, 20, up.tell)
    finish(up, running, attempt=2)


def test_stopping_a_queued_and_a_running_run(up):
    busy = [up.launch(steps=4000) for _ in range(4)]
    wait(lambda: all(up.run(run)["metrics"] for run in busy), 60, up.tell)  # they train
    queued = up.launch(steps=10)
    for run_id in (queued, *busy):
        up.api(f"runs/{run_id}/stop/", {})
    assert up.status(queued) == "stopped"
    began = time.monotonic()
    for run_id in busy:
        up.wait_status(run_id, "stopped", 10)
    assert time.monotonic() - began < 10
    up.assert_whole(busy[0], max(up.logged(busy[0])))


def test_a_run_that_crashes_says_its_last_words(up):
    run_id = up.launch(steps=20, preset="crash", config={"fail_at": 5, "step_seconds": 0})
    run = up.wait_status(run_id, "failed")
    assert "exit code 1" in run["failure"]
    assert "asked to fail at step 5" in run["failure"]
    up.assert_whole(run_id, 4)
