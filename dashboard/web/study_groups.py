"""Ticked runs as the arms of a study: those of one configuration make one arm."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.comparison.ledger import differences
from dashboard.runs.models import Run

MOST_PAIRED = 5  # groups: with more, each is offered against the oldest alone


@dataclass(frozen=True)
class Group:
    """Runs of one configuration, the oldest first. differs: settings unlike the first group's."""

    runs: tuple[Run, ...]
    differs: tuple[tuple[str, Any], ...] = ()

    @property
    def ids(self) -> str:
        return ",".join(run.pk for run in self.runs)


@dataclass(frozen=True)
class Pair:
    """Two groups that a study may compare, by their numbers on the page."""

    before: int
    after: int
    address: str


def groups(runs: Sequence[Run]) -> list[Group]:
    """The group that holds the oldest run first: it is the one before a change."""
    found: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda one: one.pk):
        found.setdefault(_key(run), []).append(run)
    first = next(iter(found.values()))[0]
    return [Group(tuple(same), _differs(first, same[0])) for same in found.values()]


def pairs(found: Sequence[Group]) -> list[Pair]:
    """What may be compared with what."""
    return [
        Pair(one + 1, other + 1, address(found[one], found[other])) for one, other in _chosen(found)
    ]


def address(before: Group, after: Group) -> str:
    return f"{reverse('study_new')}?{urlencode({'a': before.ids, 'b': after.ids}, safe=',')}"


def _chosen(found: Sequence[Group]) -> Iterator[tuple[int, int]]:
    for one, other in itertools.combinations(range(len(found)), 2):
        if one == 0 or len(found) <= MOST_PAIRED:
            yield one, other


def _key(run: Run) -> str:
    plain = {name: _plain(value) for name, value in run.config.items()}
    return json.dumps([run.trainer, plain], sort_keys=True)


def _plain(value: object) -> object:
    """1.0 is 1: both are what a person typed."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _differs(first: Run, other: Run) -> tuple[tuple[str, Any], ...]:
    found = differences([first.config, other.config])
    return tuple((entry.name, entry.values[1]) for entry in found)
