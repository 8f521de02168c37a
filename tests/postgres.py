"""A throw-away PostgreSQL: no service, no password, gone with its folder."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

DURABLE = "-c max_connections=60"
SPEED = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    return Path(path).parent if (path := shutil.which("initdb")) else None


class Postgres:
    """A server of one's own, that can be killed and started again."""

    def __init__(self, manner: str = SPEED) -> None:
        folder = programs()
        if folder is None:
            raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
        self.home = Path(tempfile.mkdtemp(prefix="fixpoint-pg-"))
        self.port = _free_port()
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.home, "postgres")
        data = self.home / "data"
        _run(folder / "initdb", "-D", data, "-A", "trust", "-U", "fixpoint", "--no-sync")
        self._options = f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 {manner}"
        self._control = (folder / "pg_ctl", "-D", data)

    @property
    def url(self) -> str:
        return f"postgresql://fixpoint@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        _run(*self._control, "-w", "-l", self.home / "log", "-o", self._options, "start")

    def kill(self) -> None:
        """kill -9 of its first process; the others end when they notice."""
        pid = (self.home / "data" / "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), signal.SIGKILL)

    def end(self) -> None:
        _run(*self._control, "-m", "immediate", "stop")
        shutil.rmtree(self.home, ignore_errors=True)


@contextmanager
def postgres(manner: str = SPEED) -> Iterator[str]:
    """A running server's DATABASE_URL. RuntimeError where PostgreSQL is not installed."""
    server = Postgres(manner)
    server.start()
    try:
        yield server.url
    finally:
        server.end()


def _run(*command: Path | str) -> None:
    as_other: Sequence[str] = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    words = [*as_other, *(str(word) for word in command)]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
