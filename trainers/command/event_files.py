"""The scalars of every TensorBoard event file that a command writes."""

from __future__ import annotations

import fnmatch
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from trainers.command.numbers import HIGHEST_STEP, Numbers
from trainers.command.parts import TensorBoard
from trainers.command.record_file import RecordFile

SIGN = "tfevents"  # in the name of every event file
CLOCK = 2.0  # seconds by which a file system's clock may be behind ours
BUSY = 0.2  # seconds of reading at a time, so that the console is not kept waiting
SHARE = 50  # a look for new files takes at most one part in so many of the time
LONGEST_NAME = 250


class EventFiles:
    """Below `root`, not older than the run. since: seconds since 1970."""

    def __init__(self, root: Path, given: TensorBoard, since: float, numbers: Numbers) -> None:
        self._root, self._given, self._since, self._numbers = root, given, since, numbers
        self._files: dict[Path, RecordFile] = {}
        self._older: set[Path] = set()
        self._next_look = 0.0
        self._points = 0
        self._left_out: Counter[str] = Counter()

    def poll(self, seconds: float = BUSY) -> None:
        """Read for a moment what is new."""
        if time.monotonic() >= self._next_look:
            self._look()
        until = time.monotonic() + seconds
        for file in self._files.values():
            if time.monotonic() < until:
                self._read(file, until)

    def end(self) -> None:
        """Read all that there is."""
        self._look()
        self.poll(float("inf"))

    def complaints(self) -> Iterator[str]:
        if not self._points:
            yield (
                f"no scalar was found in TensorBoard's files below {self._root}"
                f" ({len(self._files)} files of this run, {len(self._older)} older ones)"
            )
        for file in self._files.values():
            if file.path.exists() and file.unread:
                why = file.broken or "the last record is torn"
                yield f"{file.unread} bytes of {file.path} were not read: {why}"
        for reason, count in self._left_out.items():
            yield f"{count} scalars were left out: {reason}"

    def _read(self, file: RecordFile, until: float) -> None:
        try:
            for event in file.events():
                self._log(event.step, file.prefix, file.scalars(event))
                if time.monotonic() > until:
                    return
        except OSError as error:  # deleted meanwhile, or a file system that is away
            self._left_out[f"{file.path} cannot be read ({error.strerror})"] += 1

    def _log(self, step: int, prefix: str, scalars: dict[str, float]) -> None:
        named = {self._name(prefix, tag): value for tag, value in scalars.items()}
        kept = {name: value for name, value in named.items() if self._fits(step, name)}
        if kept:
            self._points += len(kept)
            self._numbers.scalars(step, kept)

    def _name(self, prefix: str, tag: str) -> str:
        name = prefix + tag
        return self._given.names.get(name, name)

    def _fits(self, step: int, name: str) -> bool:
        if not 0 <= step <= HIGHEST_STEP:
            self._left_out[f"step {step} of {name} is outside 0 … 2^53"] += 1
        elif not name.isprintable() or len(name) > LONGEST_NAME:
            self._left_out[f"the name {name[:60]!r} is too long or not printable"] += 1
        else:
            return True
        return False

    def _look(self) -> None:
        """For new files; seldom, where the directory is so large that it takes long."""
        begin = time.monotonic()
        for folder, _folders, names in os.walk(self._root):
            for name in sorted(names):
                if SIGN in name:
                    self._meet(Path(folder, name))
        now = time.monotonic()
        self._next_look = now + max(0.5, SHARE * (now - begin))

    def _meet(self, path: Path) -> None:
        if path in self._files or path in self._older:
            return
        if _born(path) < self._since - CLOCK:
            self._older.add(path)
        else:
            self._files[path] = RecordFile(path, self._prefix(path.parent))

    def _prefix(self, folder: Path) -> str:
        """A writer's subdirectory, unless the definition says otherwise."""
        inner = folder.relative_to(self._root).as_posix()
        for pattern, prefix in self._given.writers.items():
            if fnmatch.fnmatchcase(inner, pattern):
                return prefix
        return "" if inner == "." else f"{inner}/"


def _born(path: Path) -> float:
    """When it was begun: its name says so (events.out.tfevents.<seconds>.…), else its date."""
    for part in path.name.partition(SIGN)[2].split("."):
        if part.isdigit() and len(part) >= 10:
            return float(part)
    return path.stat().st_mtime
