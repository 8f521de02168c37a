"""One `up` per data directory, and a port for each."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from dashboard.places import app_url_file
from dashboard.up import instance, listening


@pytest.fixture(autouse=True)
def _own_data_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("FIXPOINT_DATA", str(tmp_path))


def test_a_second_one_is_told_where_the_first_runs_and_how_to_stop_it(tmp_path):
    with instance.only(tmp_path):
        app_url_file().write_text("http://127.0.0.1:8003")
        with pytest.raises(instance.AlreadyRunning) as told, instance.only(tmp_path):
            pass
    said = str(told.value)
    assert "already running at http://127.0.0.1:8003" in said
    assert f"(pid {os.getpid()}), data in {tmp_path}" in said
    assert f"kill {os.getpid()}" in said


def test_the_next_one_may_start_when_the_first_has_ended(tmp_path):
    for _ in range(2):
        with instance.only(tmp_path):
            app_url_file().write_text("http://127.0.0.1:8003")
    assert not app_url_file().exists()


def test_a_killed_one_leaves_no_lock_behind(tmp_path):
    code = (
        "import os, pathlib\nfrom dashboard.up import instance\n"
        f"with instance.only(pathlib.Path({str(tmp_path)!r})): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert (tmp_path / "up.lock").read_text()
    with instance.only(tmp_path):
        pass


def test_another_data_directory_is_another_installation(tmp_path):
    (tmp_path / "other").mkdir()
    with instance.only(tmp_path), instance.only(tmp_path / "other"):
        pass


def test_takes_the_next_port_when_one_is_busy(monkeypatch):
    with socket.socket() as busy, socket.socket() as free:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        monkeypatch.setattr(listening, "PORTS", (busy.getsockname()[1], port))
        with listening.listen("127.0.0.1", None) as bound:
            assert listening.url(bound) == f"http://127.0.0.1:{port}"


def test_a_busy_port_that_was_asked_for_is_an_error():
    with listening.listen("127.0.0.1", 0) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(listening.CannotListen, match=f"{port}.*--port"):
            listening.listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_an_error():
    with pytest.raises(listening.CannotListen, match=r"192\.0\.2\.1"):
        listening.listen("192.0.2.1", 0)


def test_listening_everywhere_is_reached_through_this_machine():
    with listening.listen("0.0.0.0", 0) as bound:
        assert listening.url(bound).startswith("http://127.0.0.1:")
