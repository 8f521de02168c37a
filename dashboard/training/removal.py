"""Removing the directories of runs that were deleted. Only what the app names, and only here."""

from __future__ import annotations

import fcntl
import logging
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dashboard.training import client

logger = logging.getLogger(__name__)

RUN_ID = re.compile(r"[0-9a-f]{32}")
AT_ONCE = 500  # directories asked after in one question

Ask = Callable[[str, Sequence[str], dict[str, int]], list[str]]


class Remover:
    """Looks through the run directories whenever the app has deleted more runs than before."""

    def __init__(self, runs: Path, ask: Ask = client.purged) -> None:
        self._runs = runs
        self._ask = ask
        self._seen = 0

    def heed(self, deleted: int) -> None:
        """`deleted`: how many runs the app deleted ever. client.Unreachable: the rest later."""
        if deleted != self._seen and self._remove():
            self._seen = deleted

    def _remove(self) -> bool:
        """False where a directory is still in use, or cannot be removed: look again."""
        ids = sorted(path.name for path in self._runs.glob("*") if _is_run(path))
        whole = True
        for first in range(0, len(ids), AT_ONCE):
            some = ids[first : first + AT_ONCE]
            named = set(self._ask(socket.gethostname(), some, {}))
            done = {run_id: _removed(self._runs / run_id) for run_id in some if run_id in named}
            removed = {run_id: size for run_id, size in done.items() if size is not None}
            if removed:
                self._ask(socket.gethostname(), [], removed)
            whole = whole and len(removed) == len(done)
        return whole


def _is_run(path: Path) -> bool:
    """A directory of its own: a link is somebody else's affair."""
    return bool(RUN_ID.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()


def _removed(folder: Path) -> int | None:
    """The bytes that it held; None where it is still there."""
    with _unused(folder) as unused:
        if not unused:
            logger.info("%s is still in use; it is removed later", folder)
            return None
        try:
            size = _size(folder)
            shutil.rmtree(folder)
        except OSError as error:
            logger.warning("the directory of a deleted run stays for now: %s", error)
            return None
    logger.info("removed %s: its run was deleted (%d bytes)", folder, size)
    return size


@contextmanager
def _unused(folder: Path) -> Iterator[bool]:
    """Whether no runner and no trainer holds the directory's lock."""
    lock = folder / "lock"
    if not lock.exists():
        yield True
        return
    file = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(file)


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
