"""An interrupted run goes on exactly where it was, and stops when it is asked to."""

import signal
import subprocess
import sys
import time

import pytest

from tests.trainers.given import BY_THE_CLOCK, curves, events, short, trained
from trainers.errors import BadInput


@pytest.mark.parametrize("precision", ["fp32", "bf16", "bf16_weights"])
def test_an_interrupted_run_equals_an_uninterrupted_one_to_the_bit(tmp_path, precision):
    config = short(precision=precision, steps=4)
    whole = trained(tmp_path / "whole", config)
    trained(tmp_path / "parts", config, stop_after=2)
    parts = trained(tmp_path / "parts", config)
    assert curves(whole) == curves(parts)
    assert [event["status"] for event in parts if event["kind"] == "end"] == ["stopped", "finished"]


def test_two_runs_of_one_seed_are_equal_and_another_seed_is_not(tmp_path):
    runs = [
        trained(tmp_path / str(n), short(steps=2), seed=seed) for n, seed in enumerate((5, 5, 6))
    ]
    assert curves(runs[0]) == curves(runs[1])
    assert curves(runs[0]) != curves(runs[2])


def test_a_resumed_run_says_where_it_goes_on(tmp_path):
    trained(tmp_path, short(), stop_after=3)
    starts = [event for event in trained(tmp_path, short()) if event["kind"] == "start"]
    assert [(start["attempt"], start["step"]) for start in starts] == [(1, 0), (2, 3)]


def test_the_bank_survives_an_interruption(tmp_path):
    trained(tmp_path, short(bank_size=40), stop_after=3)
    rows = curves(trained(tmp_path, short(bank_size=40)))
    assert rows[(3, "bank/fill")] > 0
    assert rows[(4, "bank/fill")] > rows[(3, "bank/fill")]
    assert rows[(4, "bank/forwards")] == 8


def test_a_finished_run_that_is_started_again_ends_at_once(tmp_path):
    trained(tmp_path, short(steps=1))
    again = trained(tmp_path, short(steps=1))
    assert [event["kind"] for event in again][-1] == "end"
    assert max(step for step, _ in curves(again)) == 1


def test_a_checkpoint_of_another_configuration_is_refused_and_says_why(tmp_path):
    trained(tmp_path, short(), stop_after=1)
    with pytest.raises(BadInput, match=r"another configuration \(it differs in learning_rate\)"):
        trained(tmp_path, short(learning_rate=1e-3))


def test_what_does_not_change_the_learning_may_be_changed(tmp_path):
    trained(tmp_path, short(), stop_after=1)
    again = trained(tmp_path, short(record_every=2, checkpoint_every=7))
    assert again[-1]["status"] == "finished"


def test_sigterm_saves_and_ends_and_the_run_can_go_on(tmp_path):
    command = [sys.executable, "-m", "trainers", "region_contrastive", "--run-dir", str(tmp_path)]
    options = [f"--set={name}={value}" for name, value in short(steps=5000).model_dump().items()]
    child = subprocess.Popen([*command, *options, "--seed=1"])
    try:
        wait_for_a_step(tmp_path, child)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
    finally:
        child.kill()
    seen = events(tmp_path)
    last = max(event["step"] for event in seen if event["kind"] == "scalars")
    assert (seen[-1]["kind"], seen[-1]["status"]) == ("end", "stopped")
    saved = max((tmp_path / "checkpoints").iterdir()).name
    assert saved == f"step-{last:08}.safetensors"


def wait_for_a_step(run_dir, child):
    until = time.monotonic() + 120
    while time.monotonic() < until and child.poll() is None:
        path = run_dir / "events.jsonl"
        if path.exists() and "train/loss" in path.read_text():
            return
        time.sleep(0.1)
    pytest.fail("the training did not come to its first step")


def test_only_the_clock_is_left_out_of_the_comparison():
    assert all(name.startswith("time/") for name in BY_THE_CLOCK)
