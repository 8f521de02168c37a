"""Arrays on disk, one file a key: bounded in size, for several processes, proof against kill -9.

Every change is made by the one process that holds the folder's lock (the system lets go of it when
a process dies), so that a key is written once, and a half-written file found under the lock is an
orphan. An entry's check sum covers its key too. Full: what nobody read since this process began
goes first, the longest unread ahead; where nothing is left to go, new entries are not kept, for
among entries that are all read once an epoch, one thrown out for another is a miss for a miss.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainers.errors import BadInput

LOCK = "lock"
SUFFIX, PART = ".feature", ".part"
MAGIC = b"fixpoint feature 1\n"
DIGEST_BYTES = 16
MIB = 2**20

Array = NDArray[np.generic]


class FeatureStore:
    """folder: made where it is missing; limit: bytes of all entries together

    bytes: of all entries, as far as this process knows
    corrupt, evicted, refused: entries found damaged, thrown out, and not kept for lack of room
    off: why nothing is written any more; empty while all is well
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self.limit = limit
        self.bytes = self.corrupt = self.evicted = self.refused = self.written = 0
        self.off = ""
        self._stale: list[Path] | None = None
        self._opened = time.time()
        self._open()

    def _open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone() as ledger:
                for part in self.folder.glob(f"*/*{PART}"):
                    part.unlink()
                self._note(ledger, sum(path.stat().st_size for path in self._entries()))
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise BadInput(
                f"cache_dir: {self.folder} cannot be written to ({error.strerror}); name a folder"
                " of your own, or switch the feature cache off"
            ) from error
        except OSError as error:
            self._give_up(error)

    def read(self, key: str) -> Array | None:
        """None: not there, or found damaged, counted and removed."""
        path = self._path(key)
        try:
            array = decoded(path.read_bytes(), key)
        except FileNotFoundError:
            return None
        except (ValueError, OSError):
            self.corrupt += 1
            self._discard(path)
            return None
        _touch(path)
        return array

    def write(self, key: str, array: Array) -> None:
        """Keep it, unless it is there already. A full disk ends the writing, not the training."""
        if self.off:
            return
        try:
            with self._alone() as ledger:
                self._write(ledger, self._path(key), encoded(array, key))
        except OSError as error:
            self._give_up(error)

    def _write(self, ledger: int, path: Path, data: bytes) -> None:
        if path.exists():
            return
        if not self._make_room(ledger, len(data)):
            self.refused += 1
            return
        self._note(ledger, self.bytes + len(data))  # first, so that a kill leaves too much, never
        part = path.with_suffix(PART)  # too little: the next to open the folder counts anew
        try:
            path.parent.mkdir(exist_ok=True)
            part.write_bytes(data)
            _touch(part)
            part.replace(path)  # no fsync: what a power cut tears, the check sum finds
        except OSError:
            part.unlink(missing_ok=True)
            self._note(ledger, self.bytes - len(data))
            raise
        self.written += 1

    def _make_room(self, ledger: int, length: int) -> bool:
        if self.bytes + length > self.limit and self._stale is None:
            self._stale = sorted(self._entries(), key=_last_read, reverse=True)
        while self.bytes + length > self.limit and self._stale:
            path = self._stale.pop()
            if _last_read(path) < self._opened:
                self._remove(ledger, path)
                self.evicted += 1
        return self.bytes + length <= self.limit

    def _discard(self, path: Path) -> None:
        try:
            with self._alone() as ledger:
                self._remove(ledger, path)
        except OSError as error:
            self._give_up(error)

    def _remove(self, ledger: int, path: Path) -> None:
        if path.exists():
            length = path.stat().st_size
            path.unlink()
            self._note(ledger, self.bytes - length)

    def _give_up(self, error: OSError) -> None:
        self.off = f"{error.strerror or error}"

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """Hold the lock. Its file says how many bytes there are, for all processes."""
        ledger = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(ledger, fcntl.LOCK_EX)
            self.bytes = int(os.pread(ledger, 20, 0) or 0)
            yield ledger
        finally:
            os.close(ledger)

    def _note(self, ledger: int, total: int) -> None:
        os.pwrite(ledger, b"%020d" % max(0, total), 0)
        self.bytes = max(0, total)

    def _entries(self) -> Iterator[Path]:
        return self.folder.glob(f"*/*{SUFFIX}")

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{SUFFIX}"


def encoded(array: Array, key: str) -> bytes:
    header = json.dumps({"dtype": array.dtype.str, "shape": array.shape}).encode()
    body = len(header).to_bytes(4, "little") + header + np.ascontiguousarray(array).tobytes()
    return MAGIC + _digest(body, key) + body


def decoded(data: bytes, key: str) -> Array:
    """ValueError: torn, changed, or another key's."""
    start = len(MAGIC) + DIGEST_BYTES
    body = data[start:]
    if data[:start] != MAGIC + _digest(body, key):
        raise ValueError("its check sum does not fit its contents")
    length = int.from_bytes(body[:4], "little")
    header = json.loads(body[4 : 4 + length])
    array: Array = np.frombuffer(body, np.dtype(header["dtype"]), offset=4 + length)
    return array.reshape(header["shape"])


def _digest(body: bytes, key: str) -> bytes:
    return hashlib.blake2b(body, digest_size=DIGEST_BYTES, key=key.encode()[:64]).digest()


def _touch(path: Path) -> None:
    now = time.time()
    try:
        os.utime(path, (now, now))
    except OSError:  # another process threw it out, or may alone write here: it was read all right
        return


def _last_read(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
