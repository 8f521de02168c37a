"""Answers that were given, so that a hundred tabs on one run cost little more than one tab."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass
from http.cookies import CookieError
from typing import Any

from django.conf import settings
from django.http.cookie import parse_cookie

from dashboard.runs.freshness import MadeOf

ROOM = 32 * 2**20  # bytes of all kept answers
LARGEST = 4 * 2**20
ASKS = b"x-fixpoint-live"  # the header by which a page's own script asks
TOLD = (b"etag", b"cache-control")  # what a 304 repeats
PERSONAL = b"set-cookie"
OURS = (b"if-none-match", b"accept-encoding")  # headers of a question that Django is not shown
GZIP = b"gzip"
SMALL = 500  # bytes that are not worth compressing

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Asked:
    """A question of a page's script. key: all of it that anybody's answer depends on."""

    key: tuple[bytes, ...]
    session: str
    etag: str

    @property
    def own_key(self) -> tuple[bytes, ...]:
        return (*self.key, self.session.encode())


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes

    @property
    def etag(self) -> str:
        return plain(dict(self.headers).get(b"etag", b"").decode("latin-1"))

    def unchanged(self) -> Answer:
        return Answer(304, [pair for pair in self.headers if pair[0] in TOLD], b"")

    def for_anybody(self) -> Answer:
        return Answer(
            self.status, [pair for pair in self.headers if pair[0] != PERSONAL], self.body
        )


@dataclass
class Kept:
    """state: of the database when it was last known to be current; until: when it was just made,
    it is given out till then whatever changed (time.monotonic)
    """

    answer: Answer
    made_of: MadeOf
    state: str
    until: float = 0.0


class Shelf:
    """The answers that were asked for last, as many as there is room for."""

    def __init__(self, room: int = ROOM) -> None:
        self._kept: OrderedDict[tuple[bytes, ...], Kept] = OrderedDict()
        self._room = room

    def find(self, asked: Asked) -> Kept | None:
        for key in (asked.key, asked.own_key):
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return None

    def keep(self, asked: Asked, kept: Kept) -> None:
        key = asked.own_key if kept.made_of.reader else asked.key
        self._room += self._size(self._kept.pop(key, None))
        if self._size(kept) > LARGEST:
            return
        self._kept[key] = kept
        self._room -= self._size(kept)
        while self._room < 0:
            self._room += self._size(self._kept.popitem(last=False)[1])

    @staticmethod
    def _size(kept: Kept | None) -> int:
        return len(kept.answer.body) if kept else 0


def read(scope: Any) -> Asked | None:
    """None for whatever is not asked by a page's script with a login of the browser."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if ASKS not in headers or b"authorization" in headers:
        return None
    try:
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return None
    session = cookies.get(settings.SESSION_COOKIE_NAME, "")
    if not session:
        return None
    key = (
        headers.get(b"host", b""),
        scope["path"].encode(),
        scope["query_string"],
        cookies.get(settings.LANGUAGE_COOKIE_NAME, "").encode(),
        headers.get(b"accept-language", b""),
        GZIP if GZIP in headers.get(b"accept-encoding", b"") else b"",
    )
    return Asked(key, session, plain(headers.get(b"if-none-match", b"").decode("latin-1")))


def whole(scope: Any) -> dict[str, Any]:
    """The same question without conditions: others may want the whole answer too."""
    headers = [pair for pair in scope["headers"] if pair[0] not in OURS]
    return {**scope, "headers": headers}


def packed(answer: Answer, asked: Asked) -> Answer:
    """Compressed once for all, and fast: figures made twice a second are not worth more."""
    if asked.key[-1] != GZIP or len(answer.body) < SMALL:
        return answer
    body = gzip.compress(answer.body, 1)
    size = (b"content-length", str(len(body)).encode())
    kept = [pair for pair in answer.headers if pair[0] != b"content-length"]
    return Answer(answer.status, [*kept, (b"content-encoding", GZIP), size], body)


def plain(etag: str) -> str:
    """Compression makes an ETag weak; it names the same answer."""
    return etag.removeprefix("W/")
