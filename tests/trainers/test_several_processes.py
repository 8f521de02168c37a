"""Two processes train one model: as one large batch, resumed to the bit, ended as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from tests.trainers.given import StoppingRecorder, curves, events, facts
from tests.trainers.plain import PlainTask, plain_config, train
from tests.trainers.several import in_two
from trainers import distributed
from trainers.loop import Loop
from trainers.recorder import Listener

ROOT = Path(__file__).parents[2]
PLAIN = [sys.executable, "-m", "tests.trainers.plain", "plain"]
TWO = ["--seed=3", "--set=processes=2", "--set=device=cpu", "--set=evaluate_every=0"]


class TwiceTheBatch(PlainTask):
    """What two processes do at once, in one forward pass."""

    def batch(self, forward):
        return torch.cat([super(TwiceTheBatch, self).batch(2 * forward + rank) for rank in (0, 1)])


def first_gradients(kind=PlainTask):
    config = plain_config(max_grad_norm=0.0, processes=distributed.world())
    loop = Loop(kind(config), config, 0)
    row = loop.update()
    return [parameter.grad for parameter in loop.parameters], row["train/loss"]


def test_two_processes_take_the_step_of_one_with_twice_the_batch(tmp_path):
    alone, loss = first_gradients(TwiceTheBatch)
    for gradients, told in in_two(tmp_path, first_gradients):
        assert told == pytest.approx(loss, rel=1e-6)
        for one, both in zip(alone, gradients, strict=True):
            torch.testing.assert_close(one, both)


class StoppingListener(Listener):
    """Was asked to stop when nobody else was."""

    def __init__(self, run_dir, calls):
        super().__init__(run_dir)
        self.calls = calls

    def should_stop(self):
        self.calls -= 1
        return self.calls == -1


def trained(run_dir, stop_after):
    config = plain_config(drop=0.5, processes=2, steps=5)
    recorder = StoppingRecorder(run_dir, None)
    if not distributed.is_main():
        recorder = StoppingListener(run_dir, stop_after)
    train(config, recorder=recorder, run_dir=run_dir, seed=0)


def whole_and_in_parts(whole, parts):
    trained(whole, stop_after=100)
    trained(parts, stop_after=2)
    torch.manual_seed(99)  # what a new process would begin with
    trained(parts, stop_after=100)


def test_an_interrupted_run_of_two_equals_an_uninterrupted_one_to_the_bit(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    in_two(tmp_path / "meet", whole_and_in_parts, whole, parts)
    assert curves(events(whole)) == curves(events(parts))
    ends = [(e["status"], e["text"]) for e in events(parts) if e["kind"] == "end"]
    assert ends == [("stopped", "stopped after step 2, which is saved"), ("finished", "")]
    assert facts(events(whole))["train/processes"] == 2
    assert facts(events(whole))["train/effective_batch"] == 16


def started(run_dir, *more):
    command = [*PLAIN, "--run-dir", str(run_dir), *TWO, *more]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def processes_of(parent):
    """(rank, process id) of the children that torchrun's agent started."""
    found = {}
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        told = dict(v.decode().split("=", 1) for v in variables if b"=" in v)
        if "RANK" in told:
            found[int(told["RANK"])] = int(pid)
    return found


def wait_for_a_step(run_dir, child):
    until = time.monotonic() + 120
    while time.monotonic() < until and child.poll() is None:
        path = run_dir / "events.jsonl"
        if path.exists() and "train/loss" in path.read_text():
            return
        time.sleep(0.1)
    pytest.fail("the training did not come to its first step")


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def long_run(tmp_path):
    child = started(tmp_path, "--set=steps=100000", "--set=pause=0.01")
    try:
        wait_for_a_step(tmp_path, child)
        yield child
    finally:
        child.kill()
        child.communicate()


def test_sigterm_to_the_outer_process_saves_and_ends(tmp_path, long_run):
    long_run.send_signal(signal.SIGTERM)
    assert long_run.wait(timeout=60) == 0
    seen = events(tmp_path)
    assert (seen[-1]["kind"], seen[-1]["status"]) == ("end", "stopped")
    last = max(event["step"] for event in seen if event["kind"] == "scalars")
    assert max((tmp_path / "checkpoints").iterdir()).name == f"step-{last:08}.safetensors"


def test_a_process_that_is_killed_fails_the_run(tmp_path, long_run):
    os.kill(processes_of(long_run.pid)[1], signal.SIGKILL)
    assert long_run.wait(timeout=60) == 1
    last_words = long_run.stderr.read().strip().splitlines()[-1]
    assert last_words.startswith("process 1 of 0 to 1 failed first: Signal 9 (SIGKILL)")
    assert events(tmp_path)[-1]["text"] == last_words


def test_no_process_outlives_the_one_that_started_it(long_run):
    workers = processes_of(long_run.pid)
    assert sorted(workers) == [0, 1]
    long_run.kill()
    until = time.monotonic() + 20
    while time.monotonic() < until and not all(gone(pid) for pid in workers.values()):
        time.sleep(0.1)
    assert all(gone(pid) for pid in workers.values())


def test_a_process_that_fails_fails_the_run_in_its_own_words(tmp_path):
    child = started(tmp_path, "--set=steps=100000", "--set=fail_in=1")
    words = child.communicate(timeout=120)[1].strip().splitlines()[-1]
    told = "process 1 of 0 to 1 failed first: RuntimeError: the second update is one too many"
    assert (child.returncode, words) == (1, told)
    assert (events(tmp_path)[-1]["status"], events(tmp_path)[-1]["text"]) == ("failed", told)


def test_torchrun_started_by_hand_trains_the_same_and_must_fit_the_configuration(tmp_path):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    more = [*PLAIN[1:], "--run-dir", str(tmp_path), "--seed=3", "--set=steps=2", "--set=device=cpu"]
    refused = subprocess.run([*torchrun, *more], cwd=ROOT, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "torchrun started 2 processes, and the configuration says processes=1" in refused.stderr
    (tmp_path / "config.json").unlink()
    subprocess.run([*torchrun, *more, "--set=processes=2"], cwd=ROOT, check=True)
    seen = events(tmp_path)
    assert [e["kind"] for e in seen].count("start") == 1
    assert seen[-1]["status"] == "finished"
