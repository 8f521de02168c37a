"""What a query means, written out in slow Python over one run at a time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.search import values
from dashboard.search.fields import Field
from dashboard.search.syntax import And, Comparison, Node, Not, Or, Value, Word

NAN = float("nan")


@dataclass(frozen=True)
class Plain:
    """A run as its users know it. metrics: last, min and max by name; NaN where it is no number."""

    name: str
    note: str = ""
    status: str = "queued"
    seed: int = 0
    created: dt.datetime = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    tags: Sequence[str] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    words: str = ""


def fits(node: Node, run: Plain) -> bool:
    match node:
        case And(parts):
            return all(fits(part, run) for part in parts)
        case Or(parts):
            return any(fits(part, run) for part in parts)
        case Not(part):
            return not fits(part, run)
        case Word(text):
            low = text.casefold()
            return low in run.words.casefold() or (bool(low) and run.status.startswith(low))
        case _:
            return _compared(node, run)


def _compared(node: Comparison, run: Plain) -> bool:
    if node.field == Field("", "tag"):
        return _tagged(node, run)
    value = _value(node.field, run)
    absent = value is None or value == ""
    is_nan = isinstance(value, float) and math.isnan(value)
    if node.operator in ("null", "not null", "nan"):
        return {"null": absent or is_nan, "not null": not (absent or is_nan), "nan": is_nan}[
            node.operator
        ]
    if absent or is_nan:
        return False
    if node.operator in ("=", "in"):
        return any(_equal(value, given) for given in node.values)
    if node.operator in ("!=", "not in"):
        return not any(_equal(value, given) for given in node.values)
    if node.operator == "~":
        return node.values[0].text.lower() in _text(value).lower()
    return _ordered(value, node.operator, node.values[0])


def _tagged(node: Comparison, run: Plain) -> bool:
    asked = [value.text for value in node.values]
    match node.operator:
        case "=" | "in":
            return any(tag in asked for tag in run.tags)
        case "!=" | "not in":
            return not any(tag in asked for tag in run.tags)
        case "~":
            return any(asked[0].lower() in tag.lower() for tag in run.tags)
        case "null":
            return not run.tags
        case _:
            return bool(run.tags)


def _value(asked: Field, run: Plain) -> Any:
    if asked.group == "params":
        return run.params.get(asked.name)
    if asked.group == "metrics":
        parts = run.metrics.get(asked.name)
        return parts and parts[("last", "min", "max").index(asked.part)]
    if asked.group == "verdict":
        return run.verdicts.get(asked.name)
    return getattr(run, asked.name)


def _equal(value: Any, given: Value) -> bool:
    if isinstance(value, dt.datetime):
        start, end = _period(given)
        return start <= value < end
    if isinstance(value, bool):
        return _text(value) == (given.text if given.quoted else given.text.lower())
    if isinstance(value, int | float):
        same = not given.quoted and values.number(given.text) == value
        return same or given.text == _text(value)
    return bool(value == given.text)


def _ordered(value: Any, operator: str, given: Value) -> bool:
    if isinstance(value, dt.datetime):
        start, end = _period(given)
        return {
            "<": value < start,
            "<=": value < end,
            ">": value >= end,
            ">=": value >= start,
        }[operator]
    number = values.number(given.text)
    if isinstance(value, bool | str) or number is None:
        return False
    ordered: dict[str, bool] = {
        "<": value < number,
        "<=": value <= number,
        ">": value > number,
        ">=": value >= number,
    }
    return ordered[operator]


def _period(given: Value) -> values.Period:
    period = values.period(given.text, dt.datetime.now(dt.UTC))
    assert period
    return period


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
