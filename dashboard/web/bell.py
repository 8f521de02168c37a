"""What the bell in the bar of every page tells: the notices that its reader has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dashboard.notices.models import Notice
from dashboard.notices.seeing import unseen
from dashboard.notices.wording import headline

LISTED = 6
COUNTED = 100  # at most; the bell says "99+" then


@dataclass(frozen=True)
class Bell:
    rows: list[dict[str, Any]]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)

    @property
    def key(self) -> list[Any]:
        """Changes with all that the bell shows."""
        return [self.count, *((row["notice"].pk, row["notice"].over_at) for row in self.rows)]


def reader(request: HttpRequest) -> User:
    """Who asks; pages are shown to nobody else (LoginRequiredMiddleware)."""
    assert isinstance(request.user, User)
    return request.user


def ring(user: User) -> Bell:
    found = list(unseen(user)[:COUNTED])
    return Bell([row(notice) for notice in found[:LISTED]], len(found))


def row(notice: Notice) -> dict[str, Any]:
    return {"notice": notice, "headline": headline(notice)}


def context(request: HttpRequest) -> dict[str, Any]:
    """For every template: bell, looked up only where a template asks for it."""
    return {"bell": SimpleLazyObject(lambda: ring(reader(request)))}
