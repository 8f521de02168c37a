"""Sending the files of samples/: beside the events, in a thread of their own, never before them.

A file is named by its content, so sending it twice does no harm; what the app acknowledged is
noted in shipped-samples.txt, a line a file, with the reason where the app refused it for good.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from dashboard.training import client
from trainers.sample_document import FILE_LIMIT, FILE_NAME, FOLDER

logger = logging.getLogger("runner")

NOTED = "shipped-samples.txt"
PACE = 1.0  # seconds between two looks into the folder
PATIENCE = 15.0  # at most so many seconds between two tries while the app is away

Put = Callable[[str, str, bytes], None]


class SampleShipper:
    """Ships the samples of one run directory."""

    def __init__(self, run_id: str, run_dir: Path, put: Put = client.put_sample) -> None:
        self.run_id = run_id
        self._folder = run_dir / FOLDER
        self._noted = run_dir / NOTED
        self._put = put
        self._done = _noted(self._noted)
        self._ended = threading.Event()

    def pending(self) -> list[Path]:
        """What the app has not acknowledged, oldest first: a document after its pictures."""
        if not self._folder.is_dir():
            return []
        there = [path for path in self._folder.iterdir() if path.name not in self._done]
        return sorted(filter(_is_sample, there), key=_age)

    def ship(self) -> None:
        """Send all that is there now. client.Unreachable: the rest later."""
        for path in self.pending():
            self._ship(path)

    @contextlib.contextmanager
    def beside(self) -> Iterator[None]:
        """Ship in a thread until the block ends, then what is left.

        What cannot be sent then stays, and the worker finds it again.
        """
        thread = threading.Thread(target=self._keep_shipping, daemon=True)
        thread.start()
        yield
        self._ended.set()
        thread.join()
        try:
            self.ship()
        except (client.Unreachable, OSError) as error:
            logger.warning("samples wait for the worker to send them: %s", error)

    def _keep_shipping(self) -> None:
        pause = PACE
        while not self._ended.wait(pause):
            try:
                self.ship()
                pause = PACE
            except (client.Unreachable, OSError) as error:  # OSError: the disk is full
                logger.warning("samples are not shipped yet: %s", error)
                pause = min(pause * 2, PATIENCE)

    def _ship(self, path: Path) -> None:
        refused = ""
        if path.stat().st_size > FILE_LIMIT:
            refused = f"it has more than {FILE_LIMIT} bytes"
        else:
            try:
                self._put(self.run_id, path.name, path.read_bytes())
            except client.Refused as error:
                refused = " ".join(str(error).split())
        if refused:
            logger.error("sample file %s is refused and stays here: %s", path, refused)
        with self._noted.open("a") as noted:
            noted.write(f"{path.name} {refused}".strip() + "\n")
        self._done.add(path.name)


def sample_shippers(runs: Path) -> Iterator[SampleShipper]:
    """Of every directory below `runs` that has samples."""
    for folder in sorted(runs.glob(f"*/{FOLDER}")):
        yield SampleShipper(folder.parent.name, folder.parent)


def _noted(path: Path) -> set[str]:
    """The names that are done. A line that a kill tore is no name: its file is sent again."""
    if not path.exists():
        return set()
    text = path.read_text()
    if text and not text.endswith("\n"):
        with path.open("a") as noted:
            noted.write("\n")
    return {line.split(" ")[0] for line in text.splitlines()}


def _is_sample(path: Path) -> bool:
    return bool(FILE_NAME.fullmatch(path.name))


def _age(path: Path) -> tuple[int, bool, str]:
    return path.stat().st_mtime_ns, path.suffix == ".json", path.name
