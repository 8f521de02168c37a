"""A command and everything that it started, to be signalled together and not to outlive us.

As a program (python -I family.py): a guard that reads "GROUP MARK" from stdin and kills that family
as soon as stdin ends without a last word, that is when the process that holds it was killed.
Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "FIXPOINT_FAMILY"  # in the environment of all: torchrun's workers leave the process group
DONE = b"done\n"
ROUNDS = 20  # of killing: a family that forks meanwhile


def members(group: int, mark: str) -> list[int]:
    """Who lives of it. Without /proc: the group's leader, where anybody of the group lives."""
    if not Path("/proc/self/stat").exists():
        return [group] if _has_members(group) else []
    return [pid for pid in _processes() if pid != os.getpid() and _belongs(pid, group, mark)]


def tell(group: int, number: int) -> None:
    """A signal to the process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def tell_strays(group: int, mark: str, number: int) -> None:
    """A signal to those of the family that left the process group."""
    for pid in members(group, mark):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(pid) != group:
                os.kill(pid, number)


def kill(group: int, mark: str) -> None:
    """SIGKILL to all of them, until none is left."""
    for _round in range(ROUNDS):
        tell(group, signal.SIGKILL)
        left = members(group, mark)
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if not left:
            return
        time.sleep(0.05)


def _processes() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def _belongs(pid: int, group: int, mark: str) -> bool:
    try:
        state, its_group = _state(pid)
        if state in "ZX":
            return False
        if its_group == group:
            return True
        return f"{MARK}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # it has just ended, or is somebody else's
        return False


def _state(pid: int) -> tuple[str, int]:
    """("S", process group); the program's name before them may hold any character."""
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return fields[0].decode(), int(fields[2])


def _has_members(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def guard() -> None:
    """Until stdin ends."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    group, _, mark = sys.stdin.buffer.readline().decode().strip().partition(" ")
    if group and sys.stdin.buffer.read() != DONE:
        kill(int(group), mark)


if __name__ == "__main__":
    guard()
