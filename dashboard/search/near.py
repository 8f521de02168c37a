"""What somebody may have meant who mistyped a name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from dashboard.search import names
from dashboard.search.fields import ALIASES, ATTRIBUTES, Field

MOST = 3
ALIKE = 0.6  # of 1, as difflib counts


def near(asked: str, known: Iterable[str] | None = None, prefix: str = "") -> Sequence[str]:
    """The names most like `asked`, best first; among all fields where `known` is None."""
    if known is not None:
        return [prefix + name for name in _closest(asked, {name: name for name in known})]
    return _closest(asked, _fields())


def _fields() -> dict[str, str]:
    """By what may be typed: the field that is meant. A name alone may mean a param or a metric."""
    fields = {name: name for name in ATTRIBUTES} | ALIASES
    for group, found in (("metrics", names.metrics()), ("params", names.params())):
        for name in found:
            field = str(Field(group, name))
            fields |= {name: field, field: field}
    return fields


def _closest(asked: str, known: dict[str, str]) -> list[str]:
    folded = {name.casefold(): meant for name, meant in known.items()}
    alike = difflib.get_close_matches(asked.casefold(), folded, MOST, ALIKE)
    return list(dict.fromkeys(folded[name] for name in alike))
