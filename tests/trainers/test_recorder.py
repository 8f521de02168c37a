"""The run directory's writer: nothing that was logged is lost."""

import json
import os
import signal
import subprocess
import sys

import pytest

from trainers.recorder import EVENTS, Recorder


def events(run_dir):
    return [json.loads(line) for line in (run_dir / EVENTS).read_text().splitlines()]


def test_each_call_is_one_line_at_once_in_the_file(tmp_path):
    recorder = Recorder(tmp_path)
    recorder.start("rehearsal")
    recorder.scalars(1, {"train/loss": 0.5})
    recorder.mark(1, "bank", "filling")
    kinds = [(event["kind"], event.get("step")) for event in events(tmp_path)]
    assert kinds == [("start", 0), ("scalars", 1), ("mark", 1)]


def test_numbers_that_are_not_finite_travel_as_words(tmp_path):
    Recorder(tmp_path).scalars(
        1, {"a": float("nan"), "b": float("inf"), "c": float("-inf"), "d": 1e-320}
    )
    (event,) = events(tmp_path)
    assert event["values"] == {"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 1e-320}


def test_a_line_that_a_kill_tore_is_cut_off_by_the_next_attempt(tmp_path):
    (tmp_path / EVENTS).write_bytes(b'{"kind":"start","time":1}\n{"kind":"sca')
    recorder = Recorder(tmp_path)
    recorder.start("rehearsal", step=5)
    assert [event["kind"] for event in events(tmp_path)] == ["start", "start"]
    assert recorder.attempt == 2


def test_a_killed_process_leaves_everything_it_logged(tmp_path):
    code = (
        "import os, pathlib, sys; from trainers.recorder import Recorder\n"
        f"recorder = Recorder(pathlib.Path({str(tmp_path)!r}))\n"
        "for step in range(100): recorder.scalars(step, {'train/loss': step})\n"
        "os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert [event["step"] for event in events(tmp_path)] == list(range(100))


def test_while_the_disk_is_full_events_wait_and_then_are_written(tmp_path, capsys):
    recorder = Recorder(tmp_path)
    disk, recorder._file = recorder._file, os.open("/dev/full", os.O_WRONLY)
    recorder.scalars(1, {"train/loss": 0.5})
    recorder.scalars(2, {"train/loss": 0.4})
    assert "disk full" in capsys.readouterr().err
    assert events(tmp_path) == []
    os.close(recorder._file)
    recorder._file = disk
    recorder.scalars(3, {"train/loss": 0.3})
    assert [event["step"] for event in events(tmp_path)] == [1, 2, 3]


def test_a_failure_is_the_last_event(tmp_path):
    with pytest.raises(ValueError, match="no such"), Recorder(tmp_path):
        raise ValueError("no such thing")
    (event,) = events(tmp_path)
    assert (event["kind"], event["status"]) == ("end", "failed")
    assert event["text"] == "ValueError: no such thing"
