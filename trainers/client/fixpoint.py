"""Log the numbers of a training into its Fixpoint run: one file, nothing but Python 3.8 or newer.

    import fixpoint

    fixpoint.log({"train/loss": 0.7, "train/lr": 1e-4}, step=3)
    fixpoint.fact("train/steps", 1000)
    fixpoint.mark("unfrozen", "the backbone trains from here on", step=3)

A command that Fixpoint runs finds this file on its PYTHONPATH, and its run in the environment.
Anywhere else, copy the file and name a directory first: fixpoint.start("runs/mine"). Each call is
one write to the end of a file, so a killed training loses nothing and several processes may log.
"""

from __future__ import annotations

import errno
import json
import math
import operator
import os
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Callable, Mapping  # noqa: UP035  # for Python 3.8

__all__ = ["end", "fact", "log", "mark", "start"]

EVENTS = "events.jsonl"
LONGEST_NAME = 250
HIGHEST_STEP = 2**53  # beyond, JSON readers lose steps
PENDING_LIMIT = 64 * 2**20  # bytes held in memory while the disk is full
SHOWN = {math.inf: '"Infinity"', -math.inf: '"-Infinity"'}  # JSON has no such numbers
NUMBERS = {float, int}

_encode: Callable[[Any], bytes] | None = None
for _module, _name in (("msgspec.json", "encode"), ("orjson", "dumps")):
    try:
        _encode = getattr(import_module(_module), _name)
        break
    except ImportError:  # then Python's own json, which takes some microseconds longer
        continue


class _Run:
    """Where lines go. file: a descriptor; None before the first line, and where there is no run."""

    def __init__(self) -> None:
        self.file: int | None = None
        self.is_sought = True
        self.is_own = False  # its start and its end are ours to write, not Fixpoint's
        self.resumed = ""  # the trainer's name, until the first number of an attempt that goes on
        self.step = 0
        self.names: dict[str, str] = {}  # as JSON, with the colon
        self.pending = b""
        self.lock = threading.Lock()

    def seek(self) -> None:
        """The run that the environment names. Where there is none, that is said once."""
        self.is_sought = False
        folder = os.environ.get("FIXPOINT_RUN_DIR")
        if folder:
            self.open(folder)
            self.resumed = os.environ.get("FIXPOINT_RESUMED", "")
        else:
            sys.stderr.write(
                "fixpoint: this is no Fixpoint run, so nothing is logged;"
                " fixpoint.start(directory) names a place\n"
            )

    def open(self, folder: str) -> None:
        Path(folder).mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        self.file = os.open(Path(folder, EVENTS), flags, 0o644)
        self.is_sought = False

    def write(self, line: bytes) -> None:
        """One write; what a full disk does not take waits in memory."""
        if self.file is None:
            return
        with self.lock:
            self.pending += line
            try:
                while self.pending:
                    self.pending = self.pending[os.write(self.file, self.pending) :]
            except OSError as error:
                full = error.errno in (errno.ENOSPC, errno.EDQUOT)
                if not full or len(self.pending) > PENDING_LIMIT:
                    raise

    def event(self, **told: Any) -> None:
        if self.is_sought:
            self.seek()
        told["time"] = time.time()
        self.write(json.dumps(told, allow_nan=False, separators=(",", ":")).encode() + b"\n")

    def name(self, name: str) -> str:
        """A metric's name as JSON. ValueError: Fixpoint would refuse it."""
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise ValueError(
                f"metric name {name!r:.80}: use 1 to {LONGEST_NAME} printable characters"
            )
        self.names[name] = known = json.dumps(name) + ":"
        return known


_run = _Run()


def start(directory: str) -> None:
    """Log into this directory, as a new attempt. In a run of Fixpoint it changes nothing."""
    if os.environ.get("FIXPOINT_RUN_DIR"):
        return
    _run.open(str(directory))
    _run.is_own = True
    with Path(directory, EVENTS).open("rb") as lines:
        attempt = 1 + sum(b'"kind":"start"' in line for line in lines)
    _run.event(kind="start", attempt=attempt, step=0, trainer="by hand")


def log(values: Mapping[str, Any], step: int | None = None) -> None:
    """Numbers of one step, by name; NaN and infinity are numbers. step: one more than the last."""
    run = _run
    if run.is_sought:
        run.seek()
    at = run.step + 1 if step is None else operator.index(step)
    if not 0 <= at <= HIGHEST_STEP:
        raise ValueError(f"step {at} is outside 0 … 2^53")
    run.step = at
    told = _quickly(run, values) or _with_care(run, values)
    if run.resumed:
        _open_attempt(run, at)
    run.write(b'{"kind":"scalars","step":%d,"values":%b,"time":%a}\n' % (at, told, time.time()))


def fact(name: str, value: Any) -> None:
    """State something about the run that does not change with the step: a number or a text."""
    _run.event(kind="facts", values={name: _plain(value)})


def mark(name: str, text: str = "", step: int | None = None) -> None:
    """Something that happened, drawn on the charts. step: that of the newest numbers."""
    at = _run.step if step is None else operator.index(step)
    _run.event(kind="mark", step=at, name=name, text=text)


def end(status: str = "finished", text: str = "") -> None:
    """Close a directory of one's own: finished, stopped or failed. Fixpoint closes its runs."""
    if _run.is_own:
        _run.event(kind="end", status=status, text=text)


def _open_attempt(run: _Run, step: int) -> None:
    """Only now is it known from which step the training goes on."""
    trainer, run.resumed = run.resumed, ""
    attempt = int(os.environ.get("FIXPOINT_ATTEMPT") or 1)
    run.event(kind="start", attempt=attempt, step=max(0, step - 1), trainer=trainer)


def _quickly(run: _Run, values: Mapping[str, Any]) -> bytes:
    """By msgspec or orjson, where there is one; b"" where a name is new or a value is special."""
    if not _encode or type(values) is not dict or not values.keys() <= run.names.keys():
        return b""
    if not set(map(type, values.values())) <= NUMBERS:
        return b""
    told: bytes = _encode(values)
    return b"" if b"null" in told else told  # which is what they make of NaN


def _with_care(run: _Run, values: Mapping[str, Any]) -> bytes:
    names = run.names
    parts = [(names.get(name) or run.name(name)) + _shown(values[name]) for name in values]
    return ("{" + ",".join(parts) + "}").encode()


def _shown(value: Any) -> str:
    """A number as JSON; of numpy and torch their scalars."""
    number = value if type(value) is float else float(value)
    if number - number == 0.0:
        return repr(number)
    return SHOWN.get(number, '"NaN"')


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    return json.loads(_shown(value))
