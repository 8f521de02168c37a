"""In front of Django: what open pages ask each second is answered again while nothing changed.

A question goes to Django when its answer is not kept, or when something it was made of changed.
All else costs one or two small queries, shared by all who ask at the same moment, and no template;
whether a login still is one is looked up each RECHECK seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakValueDictionary

from django.db import Error, connection

from dashboard.runs import freshness
from dashboard.web import logins
from dashboard.web.kept_answers import Answer, Asked, Kept, Shelf, packed, read, whole

RECHECK = 15.0  # seconds after which it is looked up again whether a login still is one
SHORTEST_REST, LONGEST_REST = 0.4, 0.8  # seconds; less than a new page waits before it first asks
AT_ONCE = 0.05  # seconds: questions so close together share one look at the database

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Front:
    def __init__(self, app: App) -> None:
        self.app = app
        self.shelf = Shelf()
        self.looks = Looks()
        self._opened = False
        self._logins: dict[str, float] = {}
        self._flights: WeakValueDictionary[tuple[bytes, ...], asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._opened:
            # a connection that stays: without one, nobody could open SQLite's database for
            # reading while the disk is full, and each last one to close would fold its log
            self._opened = True
            await self.looks.state()
        asked = read(scope)
        if asked is None:
            await self.app(scope, receive, send)
            return
        answer = await self.answer(asked, scope)
        headers = answer.headers
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def answer(self, asked: Asked, scope: Scope) -> Answer:
        if not await self._is_login(asked.session):
            return await self._ask(asked, whole(scope))  # Django sends it to the login page
        if kept := await self._current(asked):
            return _as_asked(asked, kept.answer)
        lock = self._flights.setdefault(asked.key, asyncio.Lock())
        async with lock:  # of many tabs that ask at once, one asks Django
            if kept := await self._current(asked):
                return _as_asked(asked, kept.answer)
            return _as_asked(asked, await self._ask(asked, whole(scope)))

    async def _current(self, asked: Asked) -> Kept | None:
        """The kept answer, where it still is one."""
        kept = self.shelf.find(asked)
        if kept is not None and kept.until > time.monotonic():
            return kept
        if kept is None or (state := await self.looks.state()) is None:
            return None
        if kept.state == state:
            return kept
        made_of = kept.made_of
        if made_of.runs and await self.looks.version(made_of.runs, state) == made_of.version:
            kept.state = state
            return kept
        return None

    async def _ask(self, asked: Asked, scope: Scope) -> Answer:
        """Django; its answer is kept where it says what it is made of."""
        state = await self.looks.state()  # before: what is read afterwards is as new or newer
        began = time.monotonic()
        answer = packed(await _whole(self.app, scope), asked)
        made_of = freshness.declared(scope)
        if made_of and state is not None and answer.status == 200 and answer.etag:
            until = began + _rest(time.monotonic() - began)
            self.shelf.keep(asked, Kept(answer.for_anybody(), made_of, state, until))
        return answer

    async def _is_login(self, session: str) -> bool:
        now = time.monotonic()
        if self._logins.get(session, 0) > now:
            return True
        if not await self.looks.is_login(session):
            return False
        self._logins = {key: until for key, until in self._logins.items() if until > now}
        self._logins[session] = now + RECHECK
        return True

    def close(self) -> None:
        self.looks.close()


class Looks:
    """Looks at the database by a thread of its own, each shared by all who want it just then."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="freshness")
        self._glance = freshness.Glance()
        self._taken: dict[Any, tuple[float, Any]] = defaultdict(lambda: (0.0, None))

    async def state(self) -> str | None:
        """None while the database cannot be asked: then nothing is known to be current."""
        return await self._look((), self._glance.state)

    async def version(self, runs: tuple[str, ...], state: str) -> str | None:
        """As it is now, not earlier than the database was in `state`."""
        return await self._look((state, runs), lambda: freshness.version(runs))

    async def is_login(self, session: str) -> bool:
        return await self._look(session, lambda: logins.holder(session)) is not None

    async def _look(self, key: Any, look: Callable[[], str | None]) -> str | None:
        at, future = self._taken[key]
        now = time.monotonic()
        if future is None or now - at > AT_ONCE:
            if len(self._taken) > 1000:
                self._taken.clear()
            future = asyncio.ensure_future(self._run(look))
            self._taken[key] = (now, future)
        return await asyncio.shield(future)

    async def _run(self, look: Callable[[], str | None]) -> str | None:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _tried, look)

    def close(self) -> None:
        self._thread.submit(self._glance.close).result()


def _tried(look: Callable[[], str | None]) -> str | None:
    try:
        return look()
    except (Error, OSError):  # Django is asked instead, and says what is wrong
        connection.close()
        return None


def _as_asked(asked: Asked, answer: Answer) -> Answer:
    return answer.unchanged() if answer.etag and asked.etag == answer.etag else answer


def _rest(took: float) -> float:
    """Seconds after which it may be made again: making takes a tenth of the time at most."""
    return min(max(10 * took, SHORTEST_REST), LONGEST_REST)


async def _whole(app: App, scope: Scope) -> Answer:
    """The app's answer in one piece. Who asked may leave meanwhile: others wait for it too."""
    status, headers, parts = 500, [], []

    async def receive() -> Any:
        if not asked:
            asked.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        else:
            parts.append(message.get("body", b""))

    asked: list[bool] = []
    await app(scope, receive, send)
    return Answer(status, [(name.lower(), value) for name, value in headers], b"".join(parts))
