"""A whole installation, started as a user starts it, and the means to hurt it."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
LEASE = 6  # seconds; 15 in production, shorter so that the suite is
PATTERNS = {
    "supervisor": "manage.py up",
    "web": "uvicorn",
    "worker": "celery",
    "housekeeping": "manage.py housekeeping",
    "redis": "redis-server",
    "runner": "dashboard.training.runner",
    "trainer": "-m trainers",
}


class Installation:
    """`manage.py up` in a data directory of its own."""

    def __init__(self, data: Path, slots: int) -> None:
        self.data = data
        self.slots = slots
        self.log = data.parent / "up.log"
        self.up: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.port = 0  # a free one
        self.token = ""

    @property
    def environment(self) -> dict[str, str]:
        ours = ("FIXPOINT_", "REDIS_URL", "DATABASE_URL", "DJANGO_SETTINGS_MODULE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {
            **kept,
            "FIXPOINT_DATA": str(self.data),
            "FIXPOINT_SLOTS": ",".join(f"cpu:{n}" for n in range(self.slots)),
            "FIXPOINT_LEASE_SECONDS": str(LEASE),
        }

    def start(self) -> None:
        """Up, until it says that it is ready."""
        began = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.up = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--no-browser", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait(lambda: "ready http" in self.log.read_text()[began:], 60, self.tell)
        self.url = (self.data / "app-url").read_text().strip()
        if not self.token:
            self.token = self.manage("token", "create", "tests", "--scope", "member").strip()

    def stop(self) -> float:
        """Ctrl-C; the seconds that it took."""
        assert self.up is not None
        began = time.monotonic()
        os.kill(self.up.pid, signal.SIGINT)
        self.up.wait(30)
        return time.monotonic() - began

    def end(self) -> None:
        """Leave nothing behind."""
        if self.up is not None and self.up.poll() is None:
            self.stop()
        for name in PATTERNS:
            self.kill(name)

    def manage(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def tell(self) -> str:
        return self.log.read_text()[-4000:]

    # -- processes

    def pids(self, name: str, holding: str = "") -> list[int]:
        """This installation's processes of that name; `holding` must be in the command line."""
        mark = f"FIXPOINT_DATA={self.data}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ours = mark in (entry / "environ").read_bytes().split(b"\0")
                ours = ours or self._is_child(entry)  # Redis overwrites its environment
            except OSError:
                continue  # it ended while we looked
            if PATTERNS[name] in words and holding in words and (ours or str(self.data) in words):
                found.append(int(entry.name))
        return sorted(found)

    def _is_child(self, entry: Path) -> bool:
        parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        return self.up is not None and int(parent) == self.up.pid

    def kill(self, name: str, holding: str = "") -> int:
        """kill -9; how many there were."""
        pids = self.pids(name, holding)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return len(pids)

    # -- the API

    def api(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """GET, or POST with a body; asks again while the app is being restarted."""
        headers = {"Authorization": f"Bearer {self.token}"}
        method = "GET" if body is None else "POST"
        with httpx.Client(trust_env=False, timeout=20, headers=headers) as client:
            answer = client.request(method, f"{self.url}/api/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def launch(self, steps: int = 40, pace: float = 0.05, **more: Any) -> str:
        config = {"steps": steps, "step_seconds": pace, "checkpoint_every": 5}
        body = {"trainer": "rehearsal", "config": config, "seed": 0, **more}
        return str(self.api("runs/", body)["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        return dict(self.api(f"runs/{run_id}/"))

    def status(self, run_id: str) -> str:
        return str(self.run(run_id)["status"])

    def has_points(self, run_id: str, count: int = 1) -> bool:
        metrics = self.run(run_id)["metrics"]
        return bool(metrics) and metrics["train/loss"]["count"] >= count

    def wait_status(self, run_id: str, status: str, seconds: float = 40) -> dict[str, Any]:
        wait(lambda: self.status(run_id) == status, seconds, lambda: self._about(run_id, status))
        return self.run(run_id)

    def _about(self, run_id: str, status: str) -> str:
        runner = self.data / "runs" / run_id / "runner.log"
        told = runner.read_text()[-2000:] if runner.exists() else "no runner"
        return f"not {status}: {self.run(run_id)}\n{told}\n{self.tell()}"

    # -- what must be true afterwards

    def assert_whole(self, run_id: str, steps: int) -> None:
        """Every step once, with the value that was logged for it."""
        (curve,) = self.api(f"runs/{run_id}/curves/?name=train/loss&buckets=10000")["curves"]
        assert curve["steps"] == list(range(1, steps + 1))
        logged = self.logged(run_id)
        for step, value in zip(curve["steps"], curve["values"], strict=True):
            assert math.isclose(value, logged[step], rel_tol=1e-12)

    def logged(self, run_id: str) -> dict[int, float]:
        """What the run directory holds, by step."""
        text = (self.data / "runs" / run_id / "events.jsonl").read_text()
        events = [json.loads(line) for line in text.splitlines()]
        scalars = [event for event in events if event["kind"] == "scalars"]
        return {e["step"]: v for e in scalars if (v := e["values"].get("train/loss")) is not None}

    def assert_never_twice_at_once(self, run_id: str) -> None:
        """In the run directory an attempt's lines all come before the next attempt's."""
        text = (self.data / "runs" / run_id / "events.jsonl").read_text()
        times = [json.loads(line)["time"] for line in text.splitlines()]
        assert times == sorted(times)


def wait(true: Callable[[], bool], seconds: float, tell: Callable[[], str] = str) -> None:
    """Until it is true; AssertionError with what `tell` says when it takes too long."""
    end = time.monotonic() + seconds
    while True:
        try:
            if true():
                return
        except httpx.TransportError as error:
            last: Iterable[str] = [str(error)]
        else:
            last = []
        assert time.monotonic() < end, f"waited {seconds} s; {''.join(last)} {tell()}"
        time.sleep(0.15)
