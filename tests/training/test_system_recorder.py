"""What a host does is written beside the run, whatever becomes of the trainer."""

import json
import os
import subprocess
import sys
import time

import psutil

from dashboard.training import runner, system
from dashboard.training.endings import english
from dashboard.training.host import Host
from dashboard.training.process_tree import ProcessTree
from dashboard.training.shipping import Shipper
from dashboard.training.system import SystemRecorder, gpu_numbers


def test_a_host_tells_of_processors_memory_disk_and_network(tmp_path):
    host = Host(tmp_path)
    host.read()
    told = host.read()
    assert set(told) >= {"cpu/host", "cpu/cores", "memory/host", "memory/total", "disk/free"}
    assert all(value >= 0 for value in told.values())


def test_a_tree_counts_its_children():
    program = "import time\nwhile True: pass"
    child = subprocess.Popen([sys.executable, "-c", program])
    try:
        tree = ProcessTree(os.getpid())
        tree.read()
        time.sleep(0.5)
        told = tree.read()
    finally:
        child.kill()
        child.wait()
    assert told["cpu/run"] > 0.05
    assert told["memory/run"] > psutil.Process().memory_info().rss


def test_a_process_that_has_ended_tells_nothing():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert ProcessTree(child.pid).read() == {}


def test_only_the_runs_own_gpus_are_read():
    assert gpu_numbers("gpu:0,gpu:3") == [0, 3]
    assert gpu_numbers("cpu:0") == []
    assert gpu_numbers("") == []


def test_that_no_gpu_can_be_read_is_said_once(tmp_path, monkeypatch):
    recorder = SystemRecorder(tmp_path, os.getpid(), "gpu:0")
    recorder._words = "no GPU is read: why"
    recorder.write()
    recorder.write()
    lines = [json.loads(line) for line in (tmp_path / system.FILE).read_text().splitlines()]
    assert [line.get("words") for line in lines] == ["no GPU is read: why", None]


def test_readings_are_written_while_the_block_lasts(tmp_path, monkeypatch):
    monkeypatch.setattr(system, "FIRST", 0.05)
    monkeypatch.setattr(system, "EVERY", 0.05)
    with SystemRecorder(tmp_path, os.getpid(), "cpu:0").beside():
        time.sleep(0.5)
    lines = [json.loads(line) for line in (tmp_path / system.FILE).read_text().splitlines()]
    assert len(lines) >= 2
    assert "cpu/run" in lines[-1]["values"]


def test_a_line_that_a_kill_tore_does_not_spoil_the_next(tmp_path):
    (tmp_path / system.FILE).write_text('{"time": 1, "val')
    recorder = SystemRecorder(tmp_path, os.getpid(), "cpu:0")
    recorder._mend()
    recorder.write()
    _torn, whole = (tmp_path / system.FILE).read_text().splitlines()
    assert json.loads(whole)["values"]


def test_readings_that_the_app_refuses_hold_up_nothing_else(tmp_path):
    from dashboard.training import client

    sent = []

    def send(run_id, part, offset, body, source):
        if part == "system":
            raise client.Refused(404, {"detail": "an older app"})
        sent.append(part)
        return offset + len(body)

    (tmp_path / "events.jsonl").write_text("{}\n")
    (tmp_path / "system.jsonl").write_text("{}\n")
    shipper = Shipper("r", tmp_path, send)
    shipper.ship()
    assert sent == ["events"]
    assert shipper.is_done


def test_a_later_attempt_is_announced_in_the_log_on_a_line_of_its_own(tmp_path):
    console = tmp_path / "console.log"
    runner.announce(console, 1)
    assert not console.exists()
    console.write_bytes(b"torn")
    runner.announce(console, 2)
    first, second = console.read_bytes().splitlines()
    assert first == b"torn"
    assert second.startswith(b"\x1b]fixpoint;2;")
    assert english(runner._failure(console, 1)).endswith("Its last words: torn")
