"""What may follow at a place of a query: fields, operators, values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from dashboard.health.labels import STATES
from dashboard.health.rules import RULES
from dashboard.runs.models import Project, Status
from dashboard.search import names
from dashboard.search.fields import ATTRIBUTES, BARE, QUOTED_STRING, Field, Kind, read_field
from dashboard.search.syntax import Value

MOST = 20  # offers at a time
TOKEN = re.compile(
    rf"""(?P<field>{BARE}\.(?:{QUOTED_STRING}|"[^"]*$)(?:\.\w*)?)|(?P<string>{QUOTED_STRING}|"[^"]*$)"""
    rf"""|(?P<operator>!=|<=|>=|==|[=<>~])|(?P<mark>[()（），,])|(?P<word>{BARE})""",
    re.DOTALL,
)
TIMES = ("-1h", "-1d", "-7d", "-30d", "today", "yesterday")
DURATIONS = ("1m", "10m", "1h", "12h", "1d")
OPERATORS = {
    Kind.TEXT: ("=", "!=", "~", "in (", "is null", "is not null"),
    Kind.NUMBER: ("=", "!=", "<", "<=", ">", ">="),
    Kind.TIME: (">", "<", "=", ">=", "<="),
    Kind.DURATION: (">", "<", ">=", "<="),
    Kind.STATUS: ("=", "!=", "in ("),
    Kind.TAG: ("=", "!=", "~", "in (", "is null", "is not null"),
    Kind.STATE: ("=", "!=", "in (", "is null", "is not null"),
    Kind.PARAM: ("=", "<", ">", "<=", ">=", "!=", "~", "in (", "is null", "is not null"),
    Kind.METRIC: (">", "<", ">=", "<=", "=", "is nan", "is null", "is not null"),
}


@dataclass(frozen=True)
class Offer:
    text: str
    kind: str  # field, param, metric, verdict, operator, value, keyword


@dataclass(frozen=True)
class Completion:
    """Offers to stand in the query from `start` to `end`."""

    start: int
    end: int
    offers: Sequence[Offer]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def complete(query: str, at: int) -> Completion:
    """What may stand at the caret, which is after `at` characters."""
    tokens = [
        _Token(found.lastgroup or "", found.group(), found.start(), found.end())
        for found in TOKEN.finditer(query[:at])
    ]
    typed = tokens.pop() if tokens and _is_open(tokens[-1], at) else _Token("", "", at, at)
    offers = _offers(tokens, typed.text)
    return Completion(typed.start, at, offers[:MOST])


def _is_open(token: _Token, at: int) -> bool:
    """Whether the caret is still in the token."""
    return token.end == at and token.kind in ("word", "string", "field")


def _offers(before: Sequence[_Token], typed: str) -> list[Offer]:
    asked = _asked(before)
    if asked is not None:
        known = values_of(asked)
        return [Offer(str(Value(text)), "value") for text in _fitting(known, typed.strip('"'))]
    if before and _may_be_compared(before):
        kind = read_field(before[-1].text).kind
        operators = [Offer(text, "operator") for text in OPERATORS[kind]] if kind else []
        fitting = [offer for offer in operators if offer.text.startswith(typed)]
        return fitting if not typed or fitting else _fields(typed)
    return _fields(typed)


def _asked(before: Sequence[_Token]) -> Field | None:
    """The field whose value is awaited."""
    if len(before) >= 2 and before[-1].kind == "operator":
        return read_field(before[-2].text)
    if not before or before[-1].text not in "(（,，":
        return None
    for index in range(len(before) - 1, 0, -1):
        if before[index].text.lower() == "in" and before[index].kind == "word":
            back = 2 if before[index - 1].text.lower() == "not" and index > 1 else 1
            return read_field(before[index - back].text)
        if before[index].text in ")）":
            return None
    return None


def _may_be_compared(before: Sequence[_Token]) -> bool:
    last = before[-1]
    follows_operator = len(before) > 1 and before[-2].kind == "operator"
    return last.kind in ("word", "field") and not follows_operator


def _fields(typed: str) -> list[Offer]:
    return _ranked(typed, _all_fields())


def _all_fields() -> Iterable[tuple[str, Offer]]:
    """(what is looked through, the offer): a name alone finds its field too."""
    for name in ATTRIBUTES:
        yield name, Offer(name, "field")
    for name in names.metrics():
        for part in ("last", "max", "min"):
            text = str(Field("metrics", name, part))
            yield text, Offer(text, "metric")
    for name in names.params():
        text = str(Field("params", name))
        yield text, Offer(text, "param")
    for rule in RULES:
        yield f"verdict.{rule.name} {rule.id}", Offer(f"verdict.{rule.name}", "verdict")


def _ranked(typed: str, known: Iterable[tuple[str, Offer]]) -> list[Offer]:
    """Those that begin so first, then those of which a part begins so, then those that hold it."""
    low = typed.replace('"', "").casefold()
    ranked: tuple[list[Offer], ...] = ([], [], [])
    for text, offer in known:
        place = text.replace('"', "").casefold().find(low)
        if place >= 0:
            ranked[0 if place == 0 else 1 if text[place - 1] in "./_ " else 2].append(offer)
    return [offer for group in ranked for offer in group]


def _fitting(known: Iterable[str], typed: str) -> list[str]:
    low = typed.casefold()
    fitting = [text for text in known if low in text.casefold()]
    return sorted(fitting, key=lambda text: not text.casefold().startswith(low))


def values_of(field: Field) -> Sequence[str]:
    """Values that runs have for a field, or that it may have."""
    kind = field.kind
    if kind == Kind.PARAM:
        return names.values(field.name)
    return VALUES[field.name if field.name in VALUES else str(kind)]()


VALUES: dict[str, Callable[[], Sequence[str]]] = {
    "project": lambda: list(Project.objects.order_by("name").values_list("name", flat=True)[:200]),
    "user": lambda: list(
        User.objects.order_by("username").values_list("username", flat=True)[:200]
    ),
    "trainer": lambda: names.of_runs("trainer"),
    "preset": lambda: names.of_runs("preset"),
    "host": lambda: names.of_runs("host"),
    Kind.STATUS: lambda: list(Status.values),
    Kind.STATE: lambda: STATES,
    Kind.TAG: names.tags,
    Kind.TIME: lambda: TIMES,
    Kind.DURATION: lambda: DURATIONS,
    Kind.TEXT: list,
    Kind.NUMBER: list,
    Kind.METRIC: list,
    "None": list,
}
