"""A command's parameters as a typed configuration: form, command line and API come from it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, create_model
from pydantic_core import PydanticCustomError

from trainers.command.definition import Definition
from trainers.command.parts import (
    ChoiceParameter,
    Number,
    Parameter,
    PathParameter,
    TextParameter,
)
from trainers.command.safety import undashed
from trainers.config import Config, setting

GROUP, TITLE = "Command", "Definition"
HELP = "Which version of its definition the run was launched with; made from the file itself."
TEXTS = (GROUP, TITLE, HELP)  # those that are not the administrator's
KINDS = {"int": int, "float": float, "bool": bool, "text": str, "path": str}

Check = Callable[[Any], Any]


@dataclass(frozen=True)
class Made:
    name: str
    command: Definition


class CommandConfig(Config):
    """Base of the configurations that are made of definitions."""

    MADE_OF: ClassVar[Made]  # upper case: no parameter can have its name


def config_of(name: str, command: Definition, file: Path) -> type[CommandConfig]:
    """The configuration of one command. file: named where a run has another version of it."""
    guarded = undashed(command)
    fields: dict[str, Any] = {
        key: (_kind(given, key in guarded), _field(key, given))
        for key, given in command.parameters.items()
    }
    fields["definition"] = _version(command.version, file)
    made = create_model(f"Command_{name}", __base__=CommandConfig, **fields)
    made.MADE_OF = Made(name, command)
    return made


def _field(key: str, given: Parameter) -> Any:
    title = given.title or key.replace("_", " ").capitalize()
    limits = given.limits() if isinstance(given, Number) else {}
    return setting(
        given.default,
        group=given.group,
        title=title,
        help=given.help,
        unit=given.unit,
        validate_default=True,
        **limits,
    )


def _kind(given: Parameter, guarded: bool) -> Any:  # noqa: FBT001
    """The type, with the checks that no other host or value needs to know of."""
    if isinstance(given, ChoiceParameter):
        return Literal[tuple(given.choices)]
    checks: list[Check] = []
    if guarded:
        checks.append(_no_dash)
    if isinstance(given, TextParameter):
        checks += [_fits_in_an_argument, _fits(given)]
    if isinstance(given, PathParameter):
        checks += [_fits_in_an_argument, _not_empty(given), _inside(given)]
    kind: Any = KINDS[given.type]
    for check in checks:
        kind = Annotated[kind, AfterValidator(check)]
    return kind


def _no_dash(text: str) -> str:
    if text.startswith("-"):
        raise PydanticCustomError(
            "dash", "It must not begin with a dash: the command would take it for an option."
        )
    return text


def _fits_in_an_argument(text: str) -> str:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise PydanticCustomError("signs", "It must not hold U+0000 or half of a surrogate pair.")
    return text


def _fits(given: TextParameter) -> Check:
    def check(text: str) -> str:
        if len(text) > given.longest:
            told = {"longest": given.longest}
            raise PydanticCustomError("long", "It must have at most {longest} characters.", told)
        if given.pattern and not re.fullmatch(given.pattern, text):
            told_pattern = {"pattern": given.pattern}
            raise PydanticCustomError("pattern", "It must match {pattern}.", told_pattern)
        return text

    return check


def _not_empty(given: PathParameter) -> Check:
    def check(text: str) -> str:
        if given.default and not text:
            raise PydanticCustomError("empty", "It must not be empty.")
        return text

    return check


def _inside(given: PathParameter) -> Check:
    """By the text alone: the files are on another host, which follows links when it runs."""

    def check(text: str) -> str:
        if given.within and text and not inside(os.path.normpath(text), given.within):
            told = {"within": given.within}
            raise PydanticCustomError("within", "It must lie below {within}.", told)
        return text

    return check


def inside(path: str, folder: str) -> bool:
    return Path(path).is_absolute() and Path(path).is_relative_to(os.path.normpath(folder))


def _version(version: str, file: Path) -> tuple[Any, Any]:
    def check(asked: Any) -> Any:
        if asked != version:
            raise PydanticCustomError(
                "version",
                "the run was launched with version {asked} of this command, but {file} on this host"
                " defines version {version}: bring the files in step, then launch it anew",
                {"asked": str(asked), "file": str(file), "version": version},
            )
        return asked

    field = setting(version, group=GROUP, title=TITLE, help=HELP)
    return Annotated[Literal[version], BeforeValidator(check)], field
