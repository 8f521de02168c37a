"""A query as a tree; a tree as a query's text, which reads back as the same tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as aside

from dashboard.search.errors import NOWHERE, Span
from dashboard.search.fields import BARE, Field, quote

KEYWORDS = {"and", "or", "not"}


@dataclass(frozen=True)
class Value:
    """What a field is compared with, as it was typed; quotes make it a text whatever it holds."""

    text: str
    quoted: bool = False
    span: Span = aside(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        bare = not self.quoted and re.fullmatch(BARE, self.text)
        return self.text if bare else quote(self.text)


@dataclass(frozen=True)
class Word:
    """Fits runs whose name, note or tags hold this text."""

    text: str
    span: Span = aside(default=NOWHERE, compare=False)

    def __str__(self) -> str:
        bare = re.fullmatch(BARE, self.text) and self.text.lower() not in KEYWORDS
        return self.text if bare else quote(self.text)


@dataclass(frozen=True)
class Comparison:
    """operator: = != < <= > >= ~ in, not in, null, not null, nan. The last three take no value."""

    field: Field
    operator: str
    values: tuple[Value, ...] = ()
    span: Span = aside(default=NOWHERE, compare=False)  # of the field's name
    spelled: str = aside(default="", compare=False)  # the field's name as it was typed

    def __str__(self) -> str:
        if not self.values:
            return f"{self.field} is {self.operator}"
        if self.operator in ("in", "not in"):
            return f"{self.field} {self.operator} ({', '.join(map(str, self.values))})"
        return f"{self.field} {self.operator} {self.values[0]}"


@dataclass(frozen=True)
class Not:
    part: Node

    def __str__(self) -> str:
        return f"not {_inner(self.part)}"


@dataclass(frozen=True)
class And:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " and ".join(_inner(part) for part in self.parts)


@dataclass(frozen=True)
class Or:
    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " or ".join(
            str(part) if isinstance(part, And) else _inner(part) for part in self.parts
        )


Node = Word | Comparison | Not | And | Or
Leaf = Word | Comparison


def all_of(*parts: Node) -> Node:
    return parts[0] if len(parts) == 1 else And(tuple(_flat(And, parts)))


def any_of(*parts: Node) -> Node:
    return parts[0] if len(parts) == 1 else Or(tuple(_flat(Or, parts)))


def negated(part: Node) -> Node:
    return part.part if isinstance(part, Not) else Not(part)


def leaves(node: Node) -> Iterator[Leaf]:
    """The words and comparisons of a tree, from left to right."""
    if isinstance(node, Not):
        yield from leaves(node.part)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from leaves(part)
    else:
        yield node


def _flat(kind: type[And] | type[Or], parts: tuple[Node, ...]) -> Iterator[Node]:
    for part in parts:
        if isinstance(part, And | Or) and isinstance(part, kind):
            yield from part.parts
        else:
            yield part


def _inner(node: Node) -> str:
    return f"({node})" if isinstance(node, And | Or) else str(node)
