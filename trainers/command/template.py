"""Command lines with {placeholders}: each token of the template becomes one argument, or none.

No shell ever reads them, so a value cannot end its argument, whatever it contains.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

PIECES = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}|[{}]|[^{}]+")
SHELL_WORDS = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<", "<<", "2>", "2>&1", "&>"})
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")


@dataclass(frozen=True)
class Place:
    """Where a value goes."""

    name: str


@dataclass(frozen=True)
class Token:
    """One argument. parts: literal texts and places, in order."""

    parts: tuple[str | Place, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(part.name for part in self.parts if isinstance(part, Place))

    @property
    def first_place(self) -> str:
        """The placeholder that the argument begins with; "" where it begins with a text."""
        first = self.parts[0] if self.parts else ""
        return first.name if isinstance(first, Place) else ""

    @property
    def literal(self) -> str:
        """The argument where nothing is to be filled in."""
        return "".join(part for part in self.parts if isinstance(part, str))

    def filled(self, values: Mapping[str, str]) -> str:
        return "".join(p if isinstance(p, str) else values[p.name] for p in self.parts)


def token(text: str) -> Token:
    """ValueError: a brace that is neither a placeholder's nor doubled."""
    parts: list[str | Place] = []
    for found in PIECES.finditer(text):
        piece = found[0]
        if found[1]:
            parts.append(Place(found[1]))
        elif piece in ("{", "}"):
            raise ValueError(
                f"a lone {piece} in {text!r}: double it where it is meant: {piece * 2}"
            )
        else:
            parts.append({"{{": "{", "}}": "}"}.get(piece, piece))
    return Token(tuple(parts))


def split(text: str) -> list[str]:
    """The words of a command line, by the shell's rules of quoting and nothing else of the shell.

    ValueError: an open quote, or something that only a shell could carry out.
    """
    words = shlex.split(text)
    for word in words:
        if word in SHELL_WORDS or "$" in word or "`" in word:
            raise ValueError(
                f"{word!r} is for a shell, and none reads this: put it into a script, or write"
                " `run` as a list where it is meant literally"
            )
    if words and ASSIGNMENT.match(words[0]):
        raise ValueError(f"{words[0]!r} is for a shell: write it under `environment`")
    return words
