"""Runs a registered command as a run: passes its output on, reads its numbers, ends it."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from trainers import snapshot
from trainers.command.child import Child
from trainers.command.console import Echo, Lines
from trainers.command.model import CommandConfig
from trainers.command.numbers import Numbers, end_torn_line, highest_steps
from trainers.command.order import Order, fact, order
from trainers.command.parts import Stop, TensorBoard
from trainers.command.reading import Reading
from trainers.command.template import token
from trainers.errors import BadInput
from trainers.recorder import Recorder

if TYPE_CHECKING:
    from trainers.command.event_files import EventFiles

logger = logging.getLogger(__name__)

PATIENCE = 0.1  # seconds without output after which we look around
POLL = 0.5  # seconds between two looks at event files
COMPLAINT = "command/unread"


def train(config: CommandConfig, *, recorder: Recorder, run_dir: Path, seed: int) -> None:
    """BadInput: it cannot be started, or ended with another exit code than 0."""
    asked = order(config, run_dir, seed, recorder.next_attempt)
    began = time.time()
    _introduce(config, asked, recorder, seed)
    child = Child(asked.argv, asked.directory, asked.environment)
    try:
        session = Session(config, asked, recorder, run_dir, began)
        session.follow(child)
        left = child.end_leftovers()
        session.finish(child, left)
    finally:
        child.close()
        end_torn_line(run_dir)
    _end(child, recorder, config.MADE_OF.command.stop, session.lines.last_words)


def _introduce(config: CommandConfig, asked: Order, recorder: Recorder, seed: int) -> None:
    command = config.MADE_OF.command
    if not asked.resumed:
        recorder.start(config.MADE_OF.name)
    taken = snapshot.take(seed, directory=str(asked.directory))
    recorder.snapshot({**taken, "git": snapshot.git(asked.directory), "command": asked.argv})
    facts = {name: fact(text, config, asked.values) for name, text in command.facts.items()}
    if facts:
        recorder.facts(facts)


class Session:
    """A command from its start to its end, with all that reads along."""

    def __init__(
        self, config: CommandConfig, asked: Order, recorder: Recorder, run_dir: Path, began: float
    ) -> None:
        command = config.MADE_OF.command
        self._recorder, self._stop = recorder, command.stop
        self._numbers = Numbers(recorder, config.MADE_OF.name, opened=not asked.resumed)
        highest = highest_steps(run_dir) if asked.resumed else {}
        self._reading = Reading(command.console, self._numbers, highest)
        self._event_files = _event_files(command.tensorboard, asked, began, self._numbers)
        self._echo = Echo()
        self.lines = Lines()

    def follow(self, child: Child) -> None:
        """Until it has ended, by itself or because it was told to."""
        poll = 0.0
        while child.is_alive:
            if data := child.read(PATIENCE):
                self._take(data)
            if self._event_files and time.monotonic() >= poll:
                self._event_files.poll()
                poll = time.monotonic() + POLL
            if self._recorder.should_stop():
                _bring_to_an_end(child, self._stop)

    def finish(self, child: Child, left: int) -> None:
        """Read what is left to read, and say what could not be read."""
        for data in child.rest():
            self._take(data)
        for line in self.lines.end():
            self._reading.line(line)
        self._reading.end()
        if self._event_files:
            self._event_files.end()
        if left:
            self._complain(f"{left} processes that the command left running were ended")
        for text in self._complaints():
            self._complain(text)

    def _take(self, data: bytes) -> None:
        self._echo.write(data)
        for line in self.lines.feed(data):
            self._reading.line(line)

    def _complaints(self) -> Iterator[str]:
        yield from self._reading.complaints()
        if self._event_files:
            yield from self._event_files.complaints()
        if self._echo.lost:
            yield f"{self._echo.lost} bytes of output were lost: the disk is full"

    def _complain(self, text: str) -> None:
        logger.info("fixpoint: %s", text)
        self._numbers.mark(COMPLAINT, text)


def _event_files(
    given: TensorBoard | None, asked: Order, began: float, numbers: Numbers
) -> EventFiles | None:
    if given is None:
        return None
    from trainers.command.event_files import EventFiles  # half a second that others need not wait

    root = asked.directory / Path(token(given.directory).filled(asked.values)).expanduser()
    return EventFiles(root, given, began, numbers)


def _bring_to_an_end(child: Child, stop: Stop) -> None:
    if not child.told_for:
        logger.info("fixpoint: stopping the command (SIG%s)", stop.signal)
        child.tell(signal.Signals[f"SIG{stop.signal}"])
    elif child.told_for > stop.grace:
        logger.info("fixpoint: it did not end within %g s and is killed", stop.grace)
        child.kill()
    elif child.code is not None:
        child.tell_strays(signal.Signals[f"SIG{stop.signal}"])


def _end(child: Child, recorder: Recorder, stop: Stop, last_words: str) -> None:
    code = child.code or 0
    if recorder.should_stop():
        killed = f", killed after {stop.grace:g} s" if code == -signal.SIGKILL else ""
        recorder.end("stopped", f"the command was stopped with SIG{stop.signal}{killed}")
    elif code == 0:
        recorder.end("finished")
    else:
        raise BadInput(f"{_how(code)}{f'. Its last words: {last_words}' if last_words else ''}")


def _how(code: int) -> str:
    if code > 0:
        return f"the command ended with exit code {code}"
    text = f"the command was killed by {signal.Signals(-code).name}"
    if code == -signal.SIGKILL:
        text += "; if nobody did that, the machine ran out of memory: see its kernel log"
    return text
