"""The command as a child process: its output, its end, and that it ends with us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from trainers.command import family
from trainers.errors import BadInput

PIECE = 1 << 16  # bytes read at once: what a pipe holds
LEFTOVERS = 5.0  # seconds for what the command left running when it ended
LAST = 1 << 20  # bytes of output that are still read after everybody has ended


class Child:
    """A running command. Made in the main thread: the kernel ends it with the thread that did."""

    def __init__(self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.mark = secrets.token_hex(8)
        self._guard = _guard()
        self._output, theirs = os.pipe()
        try:
            self._process = subprocess.Popen(
                argv,
                cwd=folder,
                env={**environment, family.MARK: self.mark},
                stdin=subprocess.DEVNULL,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        except (OSError, ValueError) as error:
            self._dismiss()
            os.close(self._output)
            raise BadInput(_not_started(argv, folder, error)) from error
        finally:
            os.close(theirs)
        self._told_at = 0.0
        self._told_strays = False
        self._is_over = False
        assert self._guard.stdin
        self._guard.stdin.write(f"{self.pid} {self.mark}\n".encode())
        self._guard.stdin.flush()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code; negative: the signal that ended it; None while it runs."""
        return self._process.poll()

    @property
    def is_alive(self) -> bool:
        """Once it was told to end, the rest of the family counts as well: it may be saving."""
        if self.code is None:
            return True
        return bool(self._told_at) and bool(self._left())

    @property
    def told_for(self) -> float:
        """Seconds since it was told to end; 0 where it was not."""
        return time.monotonic() - self._told_at if self._told_at else 0.0

    def read(self, patience: float) -> bytes:
        """Output, as soon as there is some; b"" when there was none for so many seconds."""
        ready, _, _ = select.select([self._output], [], [], patience)
        data = os.read(self._output, PIECE) if ready else b""
        if ready and not data:  # everybody has closed it
            time.sleep(min(patience, 0.05))
        return data

    def rest(self) -> Iterator[bytes]:
        """What is still in the pipe once all have ended."""
        size = 0
        while size < LAST and select.select([self._output], [], [], 0)[0]:
            data = os.read(self._output, PIECE)
            if not data:
                return
            size += len(data)
            yield data

    def tell(self, number: int) -> None:
        self._told_at = self._told_at or time.monotonic()
        family.tell(self.pid, number)

    def tell_strays(self, number: int) -> None:
        """Once: those that outlive the command in sessions of their own, where no signal reached
        them unless it passed it on, as torchrun does.
        """
        if not self._told_strays:
            self._told_strays = True
            family.tell_strays(self.pid, self.mark, number)

    def kill(self) -> None:
        if self._left():
            family.kill(self.pid, self.mark)

    def end_leftovers(self) -> int:
        """End what it left running, and say how many processes that were."""
        left = self._left()
        if left:
            family.tell(self.pid, signal.SIGTERM)
            self.tell_strays(signal.SIGTERM)
            until = time.monotonic() + LEFTOVERS
            while time.monotonic() < until and self._left():
                time.sleep(0.05)
            self.kill()
        return len(left)

    def close(self) -> None:
        """Kill whoever still runs, and let go."""
        self.kill()
        self._process.wait()
        self._dismiss()
        os.close(self._output)

    def _left(self) -> list[int]:
        """Who lives of the family. Once that was nobody its number may be another group's."""
        if self._is_over:
            return []
        left = family.members(self.pid, self.mark)
        self._is_over = not left and self.code is not None
        return left

    def _dismiss(self) -> None:
        with contextlib.suppress(BrokenPipeError):  # somebody killed the guard
            self._guard.communicate(family.DONE)


def _guard() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", family.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _not_started(argv: Sequence[str], folder: Path, error: OSError | ValueError) -> str:
    if not folder.is_dir():
        return f"the command's directory {folder} is not there on this host"
    if isinstance(error, FileNotFoundError):
        return f"the program {argv[0]} is not there on this host (looked for in {folder} and PATH)"
    why = error.strerror if isinstance(error, OSError) else str(error)
    hint = " (does its first line begin with #! ?)" if getattr(error, "errno", 0) == 8 else ""
    return f"the program {argv[0]} cannot be started: {why}{hint}"
