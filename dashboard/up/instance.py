"""One `up` per data directory: a lock that the kernel frees however the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.places import app_url_file


class AlreadyRunning(Exception):
    """The message says where, and how to stop it."""


@contextmanager
def only(data: Path) -> Iterator[None]:
    """Hold the data directory. AlreadyRunning when another process does."""
    file = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(file, data)
        try:
            yield
        finally:
            app_url_file().unlink(missing_ok=True)
    finally:
        os.close(file)


def _take(file: int, data: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise AlreadyRunning(_where(os.pread(file, 20, 0).decode(), data)) from error
    os.ftruncate(file, 0)
    os.pwrite(file, str(os.getpid()).encode(), 0)


def _where(pid: str, data: Path) -> str:
    try:
        place = f"at {app_url_file().read_text().strip()}"
    except OSError:
        place = "(it is still starting)"
    return (
        f"already running {place} (pid {pid}), data in {data}.\n"
        f"Stop it with Ctrl-C in its terminal or `kill {pid}`;"
        " `python3 manage.py login_link` prints a new link to log in;"
        " --data DIR starts another installation beside it."
    )
