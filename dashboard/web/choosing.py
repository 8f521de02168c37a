"""Ids of runs in an address."""

from __future__ import annotations

from collections.abc import Iterable


def listed(values: Iterable[str]) -> list[str]:
    """Ids from ?runs=a,b as well as from ?runs=a&runs=b, each once."""
    parts = (part.strip() for value in values for part in value.split(","))
    return list(dict.fromkeys(part for part in parts if part))
