"""The services of docker-compose.yml, run as this machine's own processes: they do a run together.

With a real PostgreSQL where there is one (SQLite otherwise) and a Redis with a password.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest

from dashboard.up import redis_server
from tests.postgres import postgres, programs

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.faults, pytest.mark.slow]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Team:
    """web, housekeeping and a worker on a data directory of its own, over TCP."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.url = f"http://127.0.0.1:{free_port()}"
        self.redis = f"redis://:{secrets.token_hex(16)}@127.0.0.1:{free_port()}/0"
        self.app = {
            "DATABASE_URL": database,
            "REDIS_URL": self.redis,
            "FIXPOINT_DATA": str(folder / "app"),
            "FIXPOINT_SECRET_KEY": secrets.token_hex(32),
            "FIXPOINT_HOSTS": "localhost,127.0.0.1",
            "FIXPOINT_URL": self.url,
        }

    def start(self, command: list[str], settings: dict[str, str]) -> None:
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        ours = ("FIXPOINT_", "DATABASE_URL", "REDIS_URL")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.processes.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean | settings,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        )

    def manage(self, *words: str, settings: dict[str, str] | None = None) -> None:
        self.start([sys.executable, "manage.py", *words], settings or self.app)

    def told(self, *words: str) -> str:
        """What a management command prints."""
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={**os.environ, **self.app},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    def probe(self, *words: str, settings: dict[str, str]) -> int:
        command = [sys.executable, "-m", "dashboard.up.probe", *words]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **settings}).returncode

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()

    def logs(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in sorted(self.folder.glob("*.log")))


def _redis(team: Team) -> list[str]:
    password, _, port = (
        team.redis.removeprefix("redis://:").removesuffix("/0").partition("@127.0.0.1:")
    )
    words = ["--port", port, "--bind", "127.0.0.1", "--requirepass", password]
    (team.folder / "redis").mkdir()
    return [redis_server.find().program, *words, "--dir", str(team.folder / "redis")]


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("team")
    with postgres() if programs() else nullcontext(f"sqlite:///{folder}/db") as database:
        made = Team(folder, database)
        try:
            _bring_up(made)
            yield made
        finally:
            made.stop()


def _bring_up(team: Team) -> None:
    """As compose does: stores first, then web, then those that wait for it."""
    team.start(_redis(team), {})
    team.manage("serve", "--port", team.url.rsplit(":", 1)[1])
    _eventually(team, lambda: team.probe("web", "--url", team.url, settings=team.app) == 0)
    team.manage("housekeeping")
    team.manage("worker", settings=worker_settings(team))


def worker_settings(team: Team) -> dict[str, str]:
    """Another host's: its own data directory, no database, no secret key."""
    return {
        "REDIS_URL": team.redis,
        "FIXPOINT_URL": team.url,
        "FIXPOINT_WORKER_TOKEN": team.told("token", "create", "gpu-1", "--scope", "worker"),
        "FIXPOINT_DATA": str(team.folder / "worker"),
        "FIXPOINT_SLOTS": "cpu:0",
    }


def _eventually(team: Team, true: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, team.logs()
        time.sleep(0.3)


def _status(url: str) -> int:
    try:
        return httpx.get(url).status_code
    except httpx.HTTPError:
        return 0


def test_all_parts_find_each_other(team):
    _eventually(team, lambda: _status(f"{team.url}/healthz") == 200)


@pytest.mark.parametrize("service", ["web", "housekeeping", "worker"])
def test_the_containers_health_checks_say_so(team, service):
    _eventually(team, lambda: _status(f"{team.url}/healthz") == 200)
    settings = {"REDIS_URL": team.redis}
    words = [] if service == "worker" else ["--url", team.url]
    _eventually(team, lambda: team.probe(service, *words, settings=settings) == 0)


def test_a_run_is_launched_by_a_program_and_finishes_on_the_workers_host(team):
    token = team.told("token", "create", "script", "--scope", "member")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=team.url, headers=headers, timeout=30) as program:
        wanted = {"trainer": "rehearsal", "config": {"steps": 5, "step_seconds": 0.01}}
        run = program.post("/api/runs/", json=wanted).raise_for_status().json()
        address = f"/api/runs/{run['id']}/"
        _eventually(team, lambda: program.get(address).json()["status"] == "finished")
        assert "train/loss" in str(program.get(address).json())
    assert (team.folder / "worker" / "runs" / run["id"] / "events.jsonl").exists()


def test_a_link_to_log_in_can_be_had_without_up(team):
    link = team.told("login_link")
    assert link.startswith(f"{team.url}/login/once/")
    assert httpx.get(link).status_code == 302
