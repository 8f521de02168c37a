"""In front of Django: what open pages ask each second is answered again while nothing changed.

A question goes to Django when its answer is not kept, when something it was made of changed, and
each RECHECK seconds for every login. All else costs one or two small queries, shared by all who
ask at the same moment, and no thread, no session, no template.
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
from dashboard.web.kept_answers import Answer, Asked, Kept, Shelf, read

RECHECK = 15.0  # seconds after which Django is asked again whether a login is one
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
        self._logins: dict[str, float] = {}
        self._flights: WeakValueDictionary[tuple[bytes, ...], asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = read(scope)
        if asked is None:
            await self.app(scope, receive, send)
            return
        answer = await self.answer(asked, scope)
        headers = answer.headers
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def answer(self, asked: Asked, scope: Scope) -> Answer:
        if self._logins.get(asked.session, 0) < time.monotonic():
            return await self._ask(asked, scope)
        if kept := await self._current(asked):
            return _as_asked(asked, kept.answer)
        lock = self._flights.setdefault(asked.own_key, asyncio.Lock())
        async with lock:  # of many tabs that ask at once, one asks Django
            if kept := await self._current(asked):
                return _as_asked(asked, kept.answer)
            return _as_asked(asked, await self._ask(asked, _unconditional(scope)))

    async def _current(self, asked: Asked) -> Kept | None:
        """The kept answer, where it still is one."""
        kept = self.shelf.find(asked)
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
        answer = await _whole(self.app, scope)
        made_of = freshness.declared(scope)
        if made_of is None or answer.status not in (200, 304):
            self._logins.pop(asked.session, None)
            return answer
        self._welcome(asked.session)
        if state is not None and answer.status == 200 and answer.etag:
            self.shelf.keep(asked, Kept(answer.for_anybody(), made_of, state))
        return answer

    def _welcome(self, session: str) -> None:
        now = time.monotonic()
        self._logins = {key: until for key, until in self._logins.items() if until > now}
        self._logins[session] = now + RECHECK

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

    async def _look(self, key: Any, look: Callable[[], str]) -> str | None:
        at, future = self._taken[key]
        now = time.monotonic()
        if future is None or now - at > AT_ONCE:
            if len(self._taken) > 1000:
                self._taken.clear()
            future = asyncio.ensure_future(self._run(look))
            self._taken[key] = (now, future)
        return await asyncio.shield(future)

    async def _run(self, look: Callable[[], str]) -> str | None:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _tried, look)

    def close(self) -> None:
        self._thread.submit(self._glance.close).result()


def _tried(look: Callable[[], str]) -> str | None:
    try:
        return look()
    except (Error, OSError):  # Django is asked instead, and says what is wrong
        connection.close()
        return None


def _as_asked(asked: Asked, answer: Answer) -> Answer:
    return answer.unchanged() if answer.etag and asked.etag == answer.etag else answer


def _unconditional(scope: Scope) -> Scope:
    """Ask for the whole answer: others may want it too."""
    headers = [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]
    return {**scope, "headers": headers}


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
