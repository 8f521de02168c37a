"""One command of commands.yaml: what is run, with what, and where its numbers come from."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from trainers.command.parts import (
    Condition,
    Console,
    MetricEntry,
    Parameter,
    Part,
    PresetEntry,
    Scalar,
    Stop,
    TensorBoard,
)
from trainers.command.template import Token, split, token
from trainers.config import Config

GIVEN = ("seed", "run_dir", "attempt")  # placeholders that every command has
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ONLY_SAID = {"title", "help", "group", "unit", "summary", "presets", "metrics", "primary"}
DIGITS = 12  # of a version: enough to tell definitions apart


def name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(f"{text!r}: write names with a to z, 0 to 9 and _, at most 40 characters")
    return text


def _parameter_name(text: str) -> str:
    name(text)
    if text in (*GIVEN, "definition", "processes") or hasattr(Config, text):
        raise ValueError(f"the name {text} is taken; take another one")
    return text


def _variable(text: str) -> str:
    if not VARIABLE.fullmatch(text) or text.startswith("FIXPOINT_"):
        raise ValueError(f"{text!r} is no name for a variable of a command's environment")
    return text


def _directory(text: str) -> str:
    place = Path(text).expanduser()
    if not place.is_absolute():
        raise ValueError(f"{text!r} is not absolute: begin it with / or ~")
    return str(place)


Argument = str | Condition
Variable = Annotated[str, AfterValidator(_variable)]


class Definition(Part):
    """`resume` is added to `run` from the second attempt on."""

    title: str = Field(min_length=1)
    summary: str = ""
    run: str | list[Argument] = Field(min_length=1)
    resume: str | list[Argument] = []
    directory: Annotated[str, AfterValidator(_directory)]
    environment: dict[Variable, Scalar] = {}
    parameters: dict[Annotated[str, AfterValidator(_parameter_name)], Parameter] = {}
    presets: dict[Annotated[str, AfterValidator(name)], PresetEntry] = {}
    metrics: list[MetricEntry] = []
    primary: str = ""
    facts: dict[str, bool | Scalar] = {}
    console: Console = Console()
    tensorboard: TensorBoard | None = None
    stop: Stop = Stop()

    @model_validator(mode="after")
    def _fits_together(self) -> Definition:
        if self.primary and self.primary not in {metric.name for metric in self.metrics}:
            raise ValueError(f"primary: {self.primary!r} does not stand under metrics")
        for where, text in self._templates():
            self._know_placeholders(where, token(text))
        return self

    def _templates(self) -> Iterator[tuple[str, str]]:
        for entry in (*arguments(self.run), *arguments(self.resume)):
            yield from (("run", text) for text in texts(entry))
            if isinstance(entry, Condition):
                yield "when", f"{{{entry.when}}}"
        for part in ("environment", "facts"):
            for key, value in getattr(self, part).items():
                if isinstance(value, str):
                    yield f"{part}.{key}", value
        if self.tensorboard:
            yield "tensorboard.directory", self.tensorboard.directory

    def _know_placeholders(self, where: str, found: Token) -> None:
        known = {*GIVEN, *self.parameters}
        if unknown := sorted(found.names - known):
            names = ", ".join(sorted(known))
            raise ValueError(f"{where}: there is no parameter {unknown[0]!r}; there are: {names}")

    @property
    def version(self) -> str:
        """Changes with what is run and how it is read; not with words, nor with the directory."""
        told = self.model_dump(mode="json", exclude={"directory", *ONLY_SAID})
        for parameter in told["parameters"].values():
            for word in ONLY_SAID:
                parameter.pop(word, None)
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def arguments(given: str | list[Argument]) -> list[Argument]:
    """Of a command line, one entry an argument. ValueError: it needs a shell."""
    return [*split(given)] if isinstance(given, str) else given


def texts(entry: Argument) -> list[str]:
    return [entry] if isinstance(entry, str) else [*entry.then, *entry.otherwise]
