"""A server of its own for a measurement: `manage.py serve`, on SQLite or PostgreSQL, durable."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.postgres import DURABLE, postgres

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    url: str
    data: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    worker: str = ""  # tokens
    member: str = ""

    def manage(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    def launch(self, name: str) -> str:
        """A run that waits for points."""
        answer = httpx.post(
            f"{self.url}/api/runs/",
            json={"trainer": "rehearsal", "name": name},
            headers={"Authorization": f"Bearer {self.member}"},
        )
        return str(answer.raise_for_status().json()["id"])

    def claim(self) -> None:
        """The run that was launched first is at work from now on, as if a worker had it."""
        httpx.post(
            f"{self.url}/api/claims/",
            json={"host": "bench", "slots": ["cpu:0"], "capacity": 1},
            headers={"Authorization": f"Bearer {self.worker}"},
        ).raise_for_status()

    @property
    def memory(self) -> float:
        """MB that the server's process holds now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    @property
    def cpu(self) -> float:
        """Seconds that its process has computed."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(database: str) -> Iterator[Server]:
    """database: sqlite | postgresql. The data directory is gone afterwards."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fixpoint-bench-")))
        ours = ("FIXPOINT_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
        environment |= {"FIXPOINT_DATA": str(data), "REDIS_URL": "redis://127.0.0.1:1/0"}
        if database == "postgresql":
            environment["DATABASE_URL"] = stack.enter_context(postgres(DURABLE))
        port = _free_port()
        log = stack.enter_context((data / "server.log").open("wb"))
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        server = Server(f"http://127.0.0.1:{port}", data, environment, process)
        _wait(server)
        server.worker = server.manage("token", "create", "bench-worker", "--scope", "worker")
        server.member = server.manage("token", "create", "bench-member", "--scope", "member")
        yield server


def _wait(server: Server) -> None:
    for _ in range(300):
        try:
            httpx.get(f"{server.url}/login/")
            return
        except httpx.TransportError:
            pass
        if server.process.poll() is not None:
            break
        time.sleep(0.2)
    raise RuntimeError((server.data / "server.log").read_text())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])
