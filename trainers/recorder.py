"""The run directory's writer: one JSON object a line in events.jsonl, append-only.

Kinds of line, each with "kind" and "time" (seconds since 1970):
  start     attempt, step (where it continues; 0 for a fresh start), trainer
  snapshot  data: git, packages, machine, command
  facts     values: named statements about the run that do not change with the step
  scalars   step, values: numbers by metric name
  mark      step, name, text: something that happened, drawn on the charts
  sample    step, name, file: pictures to look at, in samples/ (see trainers.samples)
  end       status: finished | stopped | failed, text

JSON has no NaN: non-finite numbers travel as the strings "NaN", "Infinity", "-Infinity".
"""

from __future__ import annotations

import errno
import math
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from trainers.samples import Sample

EVENTS = "events.jsonl"
PENDING_LIMIT = 64 * 2**20  # bytes held in memory while the disk is full; then training must stop


class Recorder:
    """Writes a run directory: one write to the file a call, so a kill -9 loses nothing logged."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.attempt = 0
        self._stop = False
        self._ended = False
        self._pending = b""
        self._encode = msgspec.json.Encoder().encode
        run_dir.mkdir(parents=True, exist_ok=True)
        path = run_dir / EVENTS
        _cut_torn_line(path)
        self._earlier_starts = _count_starts(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def __enter__(self) -> Recorder:
        signal.signal(signal.SIGTERM, self._asked_to_stop)
        signal.signal(signal.SIGINT, self._asked_to_stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and not self._ended:
            self.end("failed", f"{type(error).__name__}: {error}")
        os.close(self._file)

    def start(self, trainer: str, *, step: int = 0) -> None:
        """Open an attempt. `step`: the last one that the resumed checkpoint holds, 0 when fresh."""
        self.attempt = self.next_attempt
        told = {"attempt": self.attempt, "step": step, "trainer": trainer}
        self._line({"kind": "start", **told})

    @property
    def next_attempt(self) -> int:
        """The number that start() gives: the runner's, by hand one more than there were."""
        return int(os.environ.get("FIXPOINT_ATTEMPT") or self._earlier_starts + 1)

    def snapshot(self, data: Mapping[str, Any]) -> None:
        self._line({"kind": "snapshot", "data": data})

    def facts(self, values: Mapping[str, Any]) -> None:
        self._line({"kind": "facts", "values": {name: _wire(v) for name, v in values.items()}})

    def scalars(self, step: int, values: Mapping[str, float]) -> None:
        """Log numbers of one optimizer step."""
        wire = {name: _wire(float(value)) for name, value in values.items()}
        self._line({"kind": "scalars", "step": step, "values": wire})

    def mark(self, step: int, name: str, text: str) -> None:
        self._line({"kind": "mark", "step": step, "name": name, "text": text})

    def sample(self, step: int, sample: Sample) -> None:
        """Keep pictures or texts to look at. A disk that is full leaves them out and says so."""
        from trainers import samples  # pictures are few, and their library takes time to load

        file = samples.write(self.run_dir, step, sample)
        if file:
            self._line({"kind": "sample", "step": step, "name": sample.name, "file": file})

    def end(self, status: str, text: str = "") -> None:
        self._ended = True
        self._line({"kind": "end", "status": status, "text": text})

    def should_stop(self) -> bool:
        """True once SIGTERM or Ctrl-C came: save a checkpoint, call end("stopped") and return."""
        return self._stop

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _line(self, data: dict[str, Any]) -> None:
        data["time"] = time.time()
        self._pending += self._encode(data) + b"\n"
        try:
            self._write_pending()
        except OSError as error:
            if (
                error.errno not in (errno.ENOSPC, errno.EDQUOT)
                or len(self._pending) > PENDING_LIMIT
            ):
                raise
            sys.stderr.write(f"disk full: {len(self._pending)} bytes of events wait in memory\n")

    def _write_pending(self) -> None:
        while self._pending:
            written = os.write(self._file, self._pending)
            self._pending = self._pending[written:]


class Listener(Recorder):
    """The recorder of a process beside the first: it hears SIGTERM, and writes nothing."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.attempt = 0
        self._stop = False

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def start(self, trainer: str, *, step: int = 0) -> None:
        pass

    def sample(self, step: int, sample: Sample) -> None:
        pass

    def _line(self, data: dict[str, Any]) -> None:
        pass


def _wire(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def _cut_torn_line(path: Path) -> None:
    """Remove a last line that a killed process did not finish: it was never a logged event."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)


def _count_starts(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as lines:
        return sum(b'"kind":"start"' in line for line in lines)
