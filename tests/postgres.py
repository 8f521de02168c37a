"""A throw-away PostgreSQL: no service, no password, gone with its folder."""

from __future__ import annotations

import os
import shutil
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


@contextmanager
def postgres(manner: str = SPEED) -> Iterator[str]:
    """A running server's DATABASE_URL. RuntimeError where PostgreSQL is not installed."""
    folder = programs()
    if folder is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    home = Path(tempfile.mkdtemp(prefix="fixpoint-pg-"))
    port = _free_port()
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres")
    _run(folder / "initdb", "-D", home / "data", "-A", "trust", "-U", "fixpoint", "--no-sync")
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 {manner}"
    control = (folder / "pg_ctl", "-D", home / "data")
    _run(*control, "-w", "-l", home / "log", "-o", options, "start")
    try:
        yield f"postgresql://fixpoint@127.0.0.1:{port}/postgres"
    finally:
        _run(*control, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


def _run(*command: Path | str) -> None:
    as_other: Sequence[str] = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    words = [*as_other, *(str(word) for word in command)]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
