"""`manage.py up`, really started: it serves, lets in once, is alone, and survives a kill."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
UP = [sys.executable, "manage.py", "up", "--no-browser"]
pytestmark = [pytest.mark.faults, pytest.mark.slow]


class Installation:
    """A running `up`, its output, and the link that it printed."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data = data
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*UP, "--port", "0", "--data", str(data), *options],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        self.lines.extend(iter(self.process.stdout.readline, ""))  # type: ignore[union-attr]

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def link(self, within: float = 60) -> str:
        return self.wait_for(r"^ready (http://\S+)$", within)[1]

    def wait_for(self, pattern: str, within: float = 60) -> re.Match[str]:
        until = time.monotonic() + within
        while not (found := re.search(pattern, self.output, re.MULTILINE)):
            assert self.process.poll() is None, self.output
            assert time.monotonic() < until, self.output
            time.sleep(0.05)
        return found

    @property
    def url(self) -> str:
        return self.link().split("/login/")[0]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


def environment() -> dict[str, str]:
    ours = ("FIXPOINT_", "DATABASE_URL", "REDIS_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def manage(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**environment(), "FIXPOINT_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Installation]:
    made = Installation(tmp_path_factory.mktemp("data"))
    try:
        made.link()
        yield made
    finally:
        made.process.kill()
        made.process.wait()


def test_serves_when_it_says_so(running):
    answer = httpx.get(f"{running.url}/healthz")
    assert answer.status_code == 200
    told = answer.json()
    assert [told[part] for part in ("database", "redis", "worker", "housekeeping")] == ["ok"] * 4


def test_the_link_lets_in_once(running):
    link = running.link()
    with httpx.Client() as person, httpx.Client() as another:
        assert person.get(f"{running.url}/").status_code == 302
        assert person.get(link).status_code == 302
        assert person.get(f"{running.url}/").status_code == 200
        assert another.get(link).status_code == 403


def test_login_link_prints_another(running):
    answer = manage(running.data, "login_link")
    assert answer.returncode == 0, answer.stderr
    assert httpx.get(answer.stdout.strip()).status_code == 302


def test_a_second_one_says_that_it_runs_already(running):
    answer = subprocess.run(
        [*UP, "--data", str(running.data)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 1
    assert f"already running at {running.url} (pid {running.process.pid})" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_what_it_keeps_is_private(running):
    for name in ("worker-token", "secret-key", "up.lock"):
        assert (running.data / name).stat().st_mode & 0o077 == 0, name
    assert running.data.stat().st_mode & 0o077 == 0


def test_refuses_a_port_that_is_none(tmp_path):
    answer = manage(tmp_path, "up", "--port", "http")
    assert answer.returncode != 0
    assert "'http' is no port" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_redis_that_does_not_answer_is_named(tmp_path):
    answer = subprocess.run(
        [*UP, "--data", str(tmp_path)],
        cwd=ROOT,
        env={**environment(), "REDIS_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 1
    assert "REDIS_URL" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_starts_again_after_a_kill_and_stops_cleanly(running):
    """Last: it ends the installation that the tests above share."""
    running.process.kill()
    running.process.wait()
    (running.data / "demo-queued").touch()
    again = Installation(running.data, "--demo")
    assert httpx.get(f"{again.url}/healthz").status_code == 200
    again.wait_for("has had its demonstration already")
    began = time.monotonic()
    assert again.stop() == 0, again.output
    assert time.monotonic() - began < 15, again.output  # 2 s on a machine that is not busy
    assert "was killed" not in again.output
    assert manage(running.data, "login_link").returncode == 1
