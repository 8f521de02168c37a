"""What a query may ask about, and how it is spelled.

created · params.learning_rate · params."odd name" · metrics.eval/map · metrics.eval/map.max ·
verdict.collapse. The same spellings name columns and sort orders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

BARE = r"""(?:[^\s()（），=!<>~,"']|!(?!=))+"""  # a word that needs no quotes
QUOTED_STRING = r'"(?:[^"\\]|\\.)*"'
FIELD = re.compile(rf"{BARE}\.{QUOTED_STRING}(?:\.\w+)?|{BARE}", re.DOTALL)
PARTS = ("last", "min", "max")
GROUPS = {
    "params": "params",
    "param": "params",
    "metrics": "metrics",
    "metric": "metrics",
    "verdict": "verdict",
    "verdicts": "verdict",
}


class Kind(StrEnum):
    """How the values of a field compare."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    DURATION = "duration"
    STATUS = "status"
    TAG = "tag"
    STATE = "state"  # of a verdict, or the worst of a run's
    PARAM = "param"  # a number or a text, as each run has it
    METRIC = "metric"


ATTRIBUTES: dict[str, Kind] = {
    "name": Kind.TEXT,
    "note": Kind.TEXT,
    "tag": Kind.TAG,
    "status": Kind.STATUS,
    "health": Kind.STATE,
    "cause": Kind.TEXT,
    "trainer": Kind.TEXT,
    "preset": Kind.TEXT,
    "project": Kind.TEXT,
    "number": Kind.NUMBER,
    "seed": Kind.NUMBER,
    "id": Kind.TEXT,
    "user": Kind.TEXT,
    "host": Kind.TEXT,
    "created": Kind.TIME,
    "started": Kind.TIME,
    "finished": Kind.TIME,
    "duration": Kind.DURATION,
}
ALIASES = {"tags": "tag", "machine": "host", "state": "status", "notes": "note"}
GROUP_KINDS = {"params": Kind.PARAM, "metrics": Kind.METRIC, "verdict": Kind.STATE}


@dataclass(frozen=True)
class Field:
    """group is "" for what every run has (name then says which), or params, metrics, verdict."""

    group: str
    name: str
    part: str = ""  # of a metric: last, min or max

    def __str__(self) -> str:
        if not self.group:
            return self.name
        tail = f".{self.part}" if self.part not in ("", "last") else ""
        return f"{self.group}.{_spelled(self)}{tail}"

    @property
    def kind(self) -> Kind | None:
        """None for a name that no run has."""
        if self.group:
            return GROUP_KINDS[self.group]
        return ATTRIBUTES.get(self.name)


def read_field(text: str) -> Field:
    """The field that is spelled so. Unknown names come back without a kind."""
    group, dot, rest = text.partition(".")
    if not dot or not rest or group.lower() not in GROUPS:
        low = text.lower()
        return Field("", ALIASES.get(low, low))
    group = GROUPS[group.lower()]
    if group != "metrics":
        return Field(group, _unquoted(rest))
    head, dot, part = rest.rpartition(".")
    if dot and head and part in PARTS and _is_whole(head):
        return Field(group, _unquoted(head), part)
    return Field(group, _unquoted(rest), "last")


def split_fields(text: str) -> list[Field]:
    """The fields of `a,params.b,metrics."c d".max`, each once."""
    return list(dict.fromkeys(read_field(found) for found in FIELD.findall(text)))


def quote(text: str) -> str:
    """A string as queries write it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def unquote(text: str) -> str:
    """What stands between the quotes; a backslash stands for the character after it."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def _spelled(field: Field) -> str:
    """The name, in quotes where it could not be read without."""
    bare = re.fullmatch(BARE, field.name) is not None
    ends_as_part = field.group == "metrics" and field.name.rpartition(".")[2] in PARTS
    if bare and not ends_as_part:
        return field.name
    return quote(field.name)


def _is_whole(text: str) -> bool:
    return not text.startswith('"') or re.fullmatch(QUOTED_STRING, text, re.DOTALL) is not None


def _unquoted(text: str) -> str:
    return unquote(text) if re.fullmatch(QUOTED_STRING, text, re.DOTALL) else text
