"""What of a run is searched: its configuration's leaves, and its words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONGEST = 250  # characters of a name or a value


def params(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By name: the value's text, and its number where it is one. A null is no value."""
    return {
        name[:LONGEST]: {"text": shown(value)[:LONGEST], "number": _number(value)}
        for name, value in _leaves("", config)
        if value is not None
    }


def words(*texts: str) -> str:
    """Everything that a bare word looks through. No word of a query reaches over a line's end."""
    return "\n".join(text for text in texts if text).replace("\x00", "").casefold()


def tags(given: Sequence[Any]) -> set[str]:
    return {shown(tag)[:LONGEST] for tag in given}


def shown(value: Any) -> str:
    """A setting's value as queries spell it."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _leaves(prefix: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in config.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from _leaves(f"{name}.", value)
        else:
            yield name, value


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer beyond every float
        return None
    return number if math.isfinite(number) else None
