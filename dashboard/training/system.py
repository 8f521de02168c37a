"""What a run's host does while it trains: a line every ten seconds in the run's system.jsonl.

A thread of the runner writes it, so the training loop never waits for it, and it is shipped by
itself: nothing of it enters the run's metrics or their ledger, for it has no steps but times.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from dashboard.training.host import Host
from dashboard.training.process_tree import ProcessTree

logger = logging.getLogger("runner")

FILE = "system.jsonl"
EVERY = 10.0  # seconds between two readings
FIRST = 1.0  # seconds until the first: rates need two looks


class SystemRecorder:
    """Writes what the host and the process tree of `pid` do."""

    def __init__(self, run_dir: Path, pid: int, slot: str) -> None:
        """slot: the run's, as "gpu:0,gpu:1": other GPUs are other runs' business."""
        self._path = run_dir / FILE
        self._tree = ProcessTree(pid)
        self._host = Host(run_dir, gpu_numbers(slot))
        self._words = self._host.gpus.words if gpu_numbers(slot) else ""
        self._ended = threading.Event()
        if self._words:
            logger.warning("%s", self._words)

    @contextlib.contextmanager
    def beside(self) -> Iterator[None]:
        """Write in a thread until the block ends."""
        thread = threading.Thread(target=self._keep_writing, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def write(self) -> None:
        """One reading, now."""
        line = {"time": time.time(), "values": {**self._host.read(), **self._tree.read()}}
        if self._words:  # said once
            line["words"], self._words = self._words, ""
        with self._path.open("ab") as file:
            file.write(json.dumps(line).encode() + b"\n")

    def _keep_writing(self) -> None:
        self._host.read()
        self._tree.read()
        pause = FIRST
        while not self._ended.wait(pause):
            pause = EVERY
            try:
                self._mend()
                self.write()
            except (OSError, psutil.Error) as error:  # a full disk; a host that does not tell
                logger.warning("no reading of the host: %s", error)

    def _mend(self) -> None:
        """End a line that a kill tore, so that it does not spoil the next."""
        if not self._path.exists() or not self._path.stat().st_size:
            return
        with self._path.open("rb+") as file:
            file.seek(-1, 2)
            if file.read() != b"\n":
                file.write(b"\n")


def gpu_numbers(slot: str) -> list[int]:
    """Of "gpu:0,gpu:1": 0 and 1; of "cpu:0": none."""
    parts = [name.partition(":") for name in slot.split(",")]
    return [int(number) for kind, _, number in parts if kind == "gpu" and number.isdigit()]
