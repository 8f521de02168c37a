"""A run of two processes takes two slots; stopped, killed and restarted it stays one run."""

from __future__ import annotations

import pytest

from tests.installation import wait

pytestmark = pytest.mark.faults

TWO = {
    "processes": 2,
    "device": "cpu",
    "steps": 400,
    "evaluate_every": 0,
    "checkpoint_every": 1,
    "train_images": 16,
    "evaluation_images": 8,
}


def launch(up, **config):
    body = {"trainer": "box_refinement", "config": {**TWO, **config}}
    return up.api("runs/", body)["id"]


def steps(up, run_id):
    path = up.data / "runs" / run_id / "checkpoints"
    return len(list(path.glob("*.safetensors"))) if path.exists() else 0


def workers(up, run_id):
    """The trainers' processes: the one that started the others, and the two."""
    return up.pids("trainer", run_id)


def test_a_run_of_two_processes_takes_two_slots_and_obeys_a_stop(up):
    run_id = launch(up)
    wait(lambda: steps(up, run_id) > 0, 180, up.tell)
    run = up.api(f"runs/{run_id}/")
    assert run["processes"] == 2
    assert len(run["slot"].split(",")) == 2
    assert len(workers(up, run_id)) == 3
    up.api(f"runs/{run_id}/stop/", {})
    up.wait_status(run_id, "stopped")
    wait(lambda: not workers(up, run_id), 20, up.tell)


def test_a_run_whose_runner_is_killed_leaves_no_process_behind_and_goes_on(up):
    run_id = launch(up, steps=12)
    wait(lambda: steps(up, run_id) > 0, 180, up.tell)
    up.kill("runner", run_id)
    wait(lambda: up.api(f"runs/{run_id}/")["attempt"] == 2, 60, up.tell)
    up.wait_status(run_id, "finished", 240)
    assert up.api(f"runs/{run_id}/")["failure"] == ""
