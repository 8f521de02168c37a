"""The commands of the administrator's file as trainers, read anew whenever the file changes.

What is wrong with a command takes that command out of the catalogue and nothing else.
"""

from __future__ import annotations

import stat
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trainers.command import place, source
from trainers.command.definition import Definition, name
from trainers.command.model import config_of
from trainers.command.safety import check
from trainers.command.source import Source
from trainers.config import ConfigError, Metric, Preset, Trainer, complete

ENTRY = "trainers.command.train:train"
TAGS = frozenset({"int", "float", "bool", "text", "choice", "path", "str", "OnePattern", "Value"})
OTHER_WORDS = {
    "extra_forbidden": "there is no such field; docs/commands.md lists those there are",
    "missing": "it is missing",
}


@dataclass(frozen=True)
class Register:
    """trainers: by name; problems: a line each, with file, place and what to do."""

    trainers: Mapping[str, Trainer] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


class Wrong(ValueError):
    """A command that cannot be used. found: (place below the command, what is wrong there)."""

    def __init__(self, *found: tuple[tuple[str | int, ...], str]) -> None:
        self.found = found
        super().__init__("; ".join(text for _place, text in found))


def read(file: Path, taken: Collection[str]) -> Register:
    """Every command of the file. taken: names that other trainers have."""
    try:
        if stat.S_IMODE(file.stat().st_mode) & stat.S_IWOTH:
            text = "everybody may write to it, and it says what runs here: chmod o-w"
            return Register(problems=(f"{file}: {text}",))
        found = source.read(file)
    except source.Unreadable as error:
        return Register(problems=(str(error),))
    except FileNotFoundError:
        text = f"{file}: there is no such file ({place.VARIABLE} names it)"
        return Register(problems=(text,) if place.is_named() else ())
    except OSError as error:
        return Register(problems=(f"{file}: cannot be read ({error.strerror})",))
    return _register(found, taken)


def _register(found: Source, taken: Collection[str]) -> Register:
    commands = found.data.get("commands") if isinstance(found.data, dict) else None
    if found.data is None:
        return Register()
    if not isinstance(commands, dict) or found.data.keys() != {"commands"}:
        text = "the file has one entry, `commands`, with a command by name below it"
        return Register(problems=(found.problem((), text),))
    trainers, problems = {}, list[str]()
    for key, data in commands.items():
        try:
            trainers[str(key)] = _trainer(key, data, found.file, taken)
        except Wrong as wrong:
            problems += [found.problem(("commands", key, *at), text) for at, text in wrong.found]
    return Register(trainers, tuple(problems))


def _trainer(key: Any, data: Any, file: Path, taken: Collection[str]) -> Trainer:
    try:
        if name(str(key)) in taken:
            raise Wrong(((), "a trainer of Fixpoint has that name; take another one"))
        command = Definition.model_validate(data)
        check(command)
    except ValidationError as error:
        raise Wrong(*_found(error)) from error
    except ValueError as error:
        raise error if isinstance(error, Wrong) else Wrong(((), str(error))) from error
    trainer = Trainer(
        name=str(key),
        title=command.title,
        summary=command.summary,
        config=config_of(str(key), command, file),
        entry=ENTRY,
        presets=_presets(command),
        metrics=tuple(_metrics(command)),
        primary=command.primary,
    )
    _try_out(trainer)
    return trainer


def _found(error: ValidationError) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for problem in error.errors(include_url=False):
        at = tuple(part for part in problem["loc"] if part not in TAGS)
        text = OTHER_WORDS.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
        yield at, f"{text[:1].lower()}{text[1:]}" if text.startswith(("Input", "Field")) else text


def _presets(command: Definition) -> dict[str, Preset]:
    return {
        key: Preset(given.title or key, given.help, given.values)
        for key, given in command.presets.items()
    }


def _metrics(command: Definition) -> Iterator[Metric]:
    for given in command.metrics:
        said = given.model_dump(exclude={"title"})
        yield Metric(title=given.title or given.name, **said)


def _try_out(trainer: Trainer) -> None:
    """Defaults and presets must be what the parameters allow."""
    for preset in ("", *trainer.presets):
        try:
            complete(trainer, preset, {})
        except ConfigError as error:
            place = ("presets", preset, "values") if preset else ("parameters",)
            raise Wrong(*(((*place, key), text) for key, text in error.errors.items())) from error


@dataclass
class Watched:
    """The register of a file that may be edited meanwhile: one look at its date an access."""

    taken: Collection[str]
    _seen: tuple[Any, ...] = ()
    _kept: Register = field(default_factory=Register)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> Register:
        file = place.commands_file()
        seen = (file, *_mark(file))
        if seen != self._seen:
            with self._lock:
                if seen != self._seen:
                    self._kept = read(file, self.taken)
                    self._seen = seen
        return self._kept


def _mark(file: Path) -> tuple[int, ...]:
    """What changes when the file does; empty where there is none."""
    try:
        found = file.stat()
    except OSError as error:
        return (-(error.errno or 1),)
    return (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
