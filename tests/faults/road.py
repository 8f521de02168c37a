"""The road of a point, from log() into the database, each part a process that can be killed.

The trainer is a thread here: it logs values that follow from the step, as fast as it is told to.
The shipper of the runner and the web server are processes; so is PostgreSQL.
"""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from dashboard.up.services import UVICORN
from tests.installation import ROOT, wait
from tests.postgres import DURABLE, Postgres
from trainers.recorder import Recorder

METRICS = ("train/loss", "train/lr", "eval/recall_at_1")
FILL = """
from dashboard.api.models import Token
from dashboard.runs.models import Project, Run
home = Project.objects.create(name="p")
run = Run.objects.create(project=home, number=1, name="r", trainer="rehearsal", status="running")
print(run.pk, Token.issue("worker", "worker"), Token.issue("reader", "viewer"))
"""
SHIP = """
import sys, time
from pathlib import Path
from dashboard.training.client import Unreachable
from dashboard.training.shipping import Shipper
shipper = Shipper(sys.argv[1], Path(sys.argv[2]))
while True:
    try:
        shipper.ship()
    except (Unreachable, OSError) as error:
        print(error, flush=True)
    time.sleep(0.02)
"""


def value(step: int, metric: str) -> float:
    """What is logged for a step: nothing that another step or metric has."""
    return step + METRICS.index(metric) / 8


class Road:
    """home: for logs and the run directory; data: the app's directory, on a disk of its own"""

    def __init__(self, home: Path, database: str, data: Path) -> None:
        self.home, self.data, self.run_dir = home, data, home / "run"
        self.postgres = Postgres(DURABLE) if database == "postgresql" else None
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.steps = 0
        self.worker = ""
        self._over = threading.Event()
        self._trainer: threading.Thread | None = None

    @property
    def environment(self) -> dict[str, str]:
        ours = ("FIXPOINT_", "DATABASE_URL", "REDIS_URL")
        limits = ("FIXPOINT_DISK_",)
        kept = {
            key: told
            for key, told in os.environ.items()
            if not key.startswith(ours) or key.startswith(limits)
        }
        kept |= {"FIXPOINT_DATA": str(self.data), "REDIS_URL": "redis://127.0.0.1:1/0"}
        kept |= {"FIXPOINT_URL": self.url, "FIXPOINT_WORKER_TOKEN": self.worker}
        return kept | ({"DATABASE_URL": self.postgres.url} if self.postgres else {})

    def open(self) -> None:
        if self.postgres:
            self.postgres.start()
        self.manage("migrate", "-v", "0")
        told = self.manage("shell", "--no-imports", "-c", FILL)
        self.run_id, self.worker, self.reader = told.split()
        self.start("web")
        self.recorder = Recorder(self.run_dir)
        self.recorder.start("rehearsal")

    def close(self) -> None:
        self._over.set()
        for name in list(self.parts):
            self.kill(name)
        if self.postgres:
            self.postgres.end()
        self.socket.close()

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True
        ).stdout

    # -- the trainer

    def log(self, count: int) -> None:
        """So many steps, at once."""
        for step in range(self.steps + 1, self.steps + count + 1):
            self.recorder.scalars(step, {name: value(step, name) for name in METRICS})
        self.steps += count

    @contextlib.contextmanager
    def training(self, pace: float = 0.004) -> Iterator[None]:
        """Steps all the time."""
        self._over.clear()

        def train() -> None:
            while not self._over.wait(pace):
                self.log(1)

        self._trainer = threading.Thread(target=train, daemon=True)
        self._trainer.start()
        try:
            yield
        finally:
            self._over.set()
            self._trainer.join()

    # -- what can be killed

    def start(self, name: str) -> None:
        if name == "database":
            assert self.postgres is not None
            wait(self._database_starts, 30)
            return
        command = {
            "web": [*UVICORN, "--fd", str(self.socket.fileno())],
            "shipper": [sys.executable, "-c", SHIP, getattr(self, "run_id", ""), str(self.run_dir)],
        }[name]
        with (self.home / f"{name}.log").open("ab") as log:
            self.parts[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                pass_fds=[self.socket.fileno()] if name == "web" else [],
            )

    def _database_starts(self) -> bool:
        """False while what the killed server left behind is still there."""
        assert self.postgres is not None
        try:
            self.postgres.start()
        except RuntimeError:
            return False
        return True

    def kill(self, name: str) -> None:
        if name == "database":
            assert self.postgres is not None
            self.postgres.kill()
            return
        part = self.parts.pop(name)
        part.send_signal(signal.SIGKILL)
        part.wait()

    # -- what must be true

    def ledger(self) -> dict[str, Any]:
        return dict(self._get("ledger/").json())

    def stored(self) -> int:
        return int(self.ledger()["stored"])

    def _get(self, path: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.reader}"}
        address = f"{self.url}/api/runs/{self.run_id}/{path}"
        answer = httpx.get(address, headers=headers, trust_env=False, timeout=60)
        return answer.raise_for_status()

    def wait_up(self) -> None:
        """Until web and database answer."""
        wait(lambda: self._tells() >= 0, 60, self.tell)

    def wait_arrived(self, seconds: float = 120) -> None:
        """Until all that was logged has arrived."""
        wait(lambda: self._tells() >= self.steps * len(METRICS), seconds, self.tell)

    def _tells(self) -> int:
        try:
            return self.stored()
        except httpx.HTTPStatusError:
            return -1  # it has just started, and its database has not

    def tell(self) -> str:
        return "\n".join(
            f"{path.name}: {path.read_text(errors='replace')[-3000:]}"
            for path in self.home.glob("*.log")
        )

    def assert_whole(self) -> None:
        """Every point once, with its value; what was acknowledged was there; the books balance."""
        ledger = self.ledger()
        points = self.steps * len(METRICS)
        assert (ledger["sent"], ledger["stored"], ledger["rejected"]) == (points, points, 0)
        assert ledger["balanced"], ledger
        assert ledger["gaps"] == 0, "bytes that had been acknowledged were asked for again"
        for metric in METRICS:
            found = self._points(metric)
            assert [step for step, _ in found] == list(range(1, self.steps + 1))
            assert all(number == value(step, metric) for step, number in found)

    def _points(self, metric: str) -> list[tuple[int, float]]:
        rows = csv.DictReader(self._get(f"points/?file=csv&name={metric}").text.splitlines())
        return sorted((int(row["step"]), float(row["value"])) for row in rows)


@contextlib.contextmanager
def open_road(home: Path, database: str, data: Path) -> Iterator[Road]:
    road = Road(home, database, data)
    try:
        road.open()
        yield road
    finally:
        road.close()


def spell(road: Road, seconds: float) -> None:
    """Let it run for a moment; the parts that are up must stay up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name, part in road.parts.items():
            assert part.poll() is None, f"{name} ended by itself\n{road.tell()}"
        time.sleep(0.02)
