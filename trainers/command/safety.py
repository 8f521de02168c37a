"""What a definition must not do, so that a value stays a value in the program's hands as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from trainers.command.definition import Definition, arguments, texts
from trainers.command.parts import PathParameter, TextParameter
from trainers.command.template import Place, Token, token

SHELLS = re.compile(r"(ba|da|z|k|mk|a|fi|c|tc)?sh|python[0-9.]*|su|script|busybox")
ONE_LINERS = re.compile(r"perl[0-9.]*|ruby[0-9.]*|node|php")
REJOINED = frozenset({"ssh", "eval", "watch", "rsh", "parallel"})  # read their arguments as a line


def check(command: Definition) -> None:
    """ValueError: a parameter where a program would read more than one word out of it."""
    tokens = [token(text) for text in _texts(command)]
    if not tokens or tokens[0].names or not isinstance(arguments(command.run)[0], str):
        raise ValueError("run: the program itself cannot be a parameter; write its name")
    free = _free(command)
    for number, found in enumerate(tokens):
        if found.names & free and _is_code(tokens[:number]):
            raise ValueError(
                f"run: {min(found.names & free)} would be read as code there. Hand it over as an"
                """ argument of the script (bash -c 'train "$1"' train {name}) or as a variable"""
                " under `environment`"
            )


def undashed(command: Definition) -> frozenset[str]:
    """Parameters whose value would be taken for an option if it began with a dash."""
    free = _free(command)
    return frozenset(name for text in _texts(command) for name in _leading(token(text)) & free)


def _texts(command: Definition) -> list[str]:
    entries = [*arguments(command.run), *arguments(command.resume)]
    return [text for entry in entries for text in texts(entry)]


def _free(command: Definition) -> frozenset[str]:
    """Parameters that can hold any text."""
    kinds = (TextParameter, PathParameter)
    return frozenset(n for n, given in command.parameters.items() if isinstance(given, kinds))


def _leading(found: Token) -> frozenset[str]:
    """Those that the argument can begin with: up to its first literal text."""
    return frozenset(_places(found))


def _places(found: Token) -> Iterator[str]:
    for part in found.parts:
        if not isinstance(part, Place):
            return
        yield part.name


def _is_code(before: list[Token]) -> bool:
    """Whether the argument after these is a program's text: bash -c, python -c, perl -e, ssh …"""
    programs = [PurePath(found.literal).name for found in before]
    if REJOINED & set(programs):
        return True
    last = before[-1].literal if before else ""
    if re.fullmatch(r"-[A-Za-z]*c", last) or last == "--command":
        return any(SHELLS.fullmatch(program) for program in programs)
    if re.fullmatch(r"-[A-Za-z]*[eEr]", last):
        return any(ONE_LINERS.fullmatch(program) for program in programs)
    return last in ("-S", "--split-string") and "env" in programs
