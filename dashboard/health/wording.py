"""Verdicts in the reader's language."""

from __future__ import annotations

from string import Formatter
from typing import Any

from django.utils.translation import gettext

from dashboard.health.rule import Message, Rule
from dashboard.health.verdict import Verdict, wire

MESSAGES = ("title", "says", "looked_at", "expected", "remedy", "check", "remark")


def worded(verdict: Verdict) -> Verdict:
    """The same verdict with each message translated and formatted."""
    return {
        **verdict,
        **{name: _worded(verdict.get(name)) for name in MESSAGES},
        "number": _with_unit(verdict["number"]),
        "causes": [_worded(cause) for cause in verdict["causes"]],
        "evidence": [_with_level(item) for item in verdict["evidence"]],
    }


def tell(message: Message) -> str:
    """One message, translated and formatted."""
    return _worded(wire(message)) or ""


def explained(rule: Rule) -> list[str]:
    """What a rule looks at and why, by paragraph, in the reader's language."""
    return [gettext(paragraph) for paragraph in rule.paragraphs]


def outline(text: str) -> str:
    """A msgid in the reader's language, with … for what each run fills in."""
    told = gettext(text) if text else ""
    try:
        return "".join(
            before + ("…" if field is not None else "")
            for before, field, _spec, _conversion in Formatter().parse(told)
        )
    except ValueError:  # a stray brace
        return told


def _with_unit(number: dict[str, Any] | None) -> dict[str, Any] | None:
    if number is None:
        return None
    unit = number["unit"]
    return {**number, "unit": gettext(unit) if unit else ""}  # gettext("") is the file's header


def _with_level(item: dict[str, Any]) -> dict[str, Any]:
    level = item["level"]
    return {**item, "level": level and {**level, "label": _worded(level["label"])}}


def told(message: dict[str, Any] | None) -> str:
    """A message that stands by itself, in the reader's language."""
    return _worded(message) or ""


def _worded(message: dict[str, Any] | None) -> str | None:
    if message is None:
        return None
    values = {name: _value(value) for name, value in message["values"].items()}
    try:
        return gettext(message["text"]).format(**values)
    except (KeyError, IndexError, ValueError):  # a faulty translation must not cost the page
        return str(message["text"]).format(**values)


def _value(value: Any) -> Any:
    return _worded(value) if isinstance(value, dict) else value
