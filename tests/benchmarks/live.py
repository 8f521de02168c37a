"""Times a hundred open tabs on one growing run: python -m tests.benchmarks.live

By hand. A server of its own as `manage.py serve` starts it; a run that logs ten metrics each
tenth of a second, shipped by the Shipper that runners use; tabs that ask as static/js/live.js
does, each with a login and a connection of its own. The cost is what the server's process
computes beyond what it does with no tab open; the delay runs from log() until an answer that
holds the point has arrived.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import gzip
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from dashboard.training.shipping import Shipper
from tests.benchmarks.logged import METRICS, bodies
from tests.benchmarks.served import Server, served
from trainers.recorder import Recorder

PACE = 0.9  # seconds between two questions of a tab: FAST_MS
SETTLES_IN = 2
SHIP = 0.6  # seconds between two shipments: the runner's PACE and its loop
STEP = 0.1  # seconds between two log() calls
BEFORE = 20_000  # steps that the run has already
PAGES = ("curves", "overview", "curves", "log")  # what the tabs look at, in turn
LOGINS = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import get_user_model, SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
Store = import_module(settings.SESSION_ENGINE).SessionStore
for n in range({count}):
    user = get_user_model().objects.create_user(f"reader{{n}}")
    kept = Store()
    kept[SESSION_KEY], kept[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    kept[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    kept.save()
    print(kept.session_key)
"""


class Tab:
    """The requests of static/js/live.js and charts.js, without a browser."""

    def __init__(self, server: Server, run: str, number: int, session: str) -> None:
        self.port = int(server.url.rsplit(":", 1)[1])
        self.page = f"/runs/{run}/?tab={PAGES[number % len(PAGES)]}"
        names = "" if "curves" in self.page else "&names=train/loss"
        self.figures = f"/api/figures/?runs={run}{names}&buckets=500"
        self.head = (
            f"Host: 127.0.0.1:{self.port}\r\nCookie: sessionid={session}\r\n"
            "Accept-Encoding: gzip\r\nAccept-Language: en\r\nX-Fixpoint-Live: 1\r\n"
        )
        self.etags: dict[str, str] = {}
        self.quiet = 0
        self.answers = {200: 0, 304: 0}
        self.reader: asyncio.StreamReader | None = None

    async def watch(self, end: float, seen: dict[int, float] | None) -> None:
        await asyncio.sleep(random.uniform(0, PACE))  # not all opened at the same moment
        while time.monotonic() < end:
            await self.turn(seen)
            await asyncio.sleep(PACE)
        if self.reader:
            self.writer.close()

    async def turn(self, seen: dict[int, float] | None = None) -> None:
        status, _ = await self.get(self.page)
        self.quiet = self.quiet + 1 if status == 304 else 0
        if self.quiet > SETTLES_IN or "log" in self.page:
            return
        status, body = await self.get(self.figures)
        if status == 200 and seen is not None:
            newest = _newest(body)
            seen.setdefault(newest, time.time())

    async def get(self, path: str) -> tuple[int, bytes]:
        if self.reader is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        held = f"If-None-Match: {self.etags[path]}\r\n" if path in self.etags else ""
        self.writer.write(f"GET {path} HTTP/1.1\r\n{self.head}{held}\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split()[1])
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        if status not in (200, 304):
            raise RuntimeError(f"{path}: {head[0]} {body[:300]!r}")
        self.etags[path] = headers["etag"]
        self.answers[status] += 1
        return status, body


def _newest(body: bytes) -> int:
    told = json.loads(gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)
    figure = next(one["figure"] for one in told["figures"] if one["name"] == "train/loss")
    return int(max(_column(trace["x"]).max(initial=0) for trace in figure["data"]))


def _column(told: list[float] | dict[str, str]) -> np.ndarray:
    if isinstance(told, dict):
        return np.frombuffer(base64.b64decode(told["bdata"]), told["dtype"])
    return np.array(told, float)


async def _log(recorder: Recorder, end: float, first: int, logged: dict[int, float]) -> int:
    step = first
    while time.monotonic() < end:
        recorder.scalars(step, dict.fromkeys(METRICS, 1 / (1 + step)))
        logged[step] = time.time()
        step += 1
        await asyncio.sleep(STEP)
    return step


async def _ship(shipper: Shipper, end: float) -> None:
    while time.monotonic() < end:
        await asyncio.to_thread(shipper.ship)
        await asyncio.sleep(SHIP)


class Watched:
    """A run that grows, and who looks at it."""

    def __init__(self, server: Server, home: Path) -> None:
        self.server = server
        self.run = server.launch("watched")
        server.claim()  # one that waits tells of the queue too, and is made for each reader
        self.recorder = Recorder(home)
        for body in bodies(BEFORE * len(METRICS), 5000):
            with (home / "events.jsonl").open("ab") as file:
                file.write(body)
        self.shipper = Shipper(self.run, home)
        self.shipper.ship()
        self.step = BEFORE

    async def measure(self, sessions: list[str], seconds: float, *, grows: bool = True) -> str:
        tabs = [Tab(self.server, self.run, n, key) for n, key in enumerate(sessions)]
        for tab in tabs:
            await tab.turn()  # opening a page is another matter
        end = time.monotonic() + seconds
        seen: list[dict[int, float]] = [{} for _ in tabs]
        logged: dict[int, float] = {}
        before, began = self.server.cpu, time.monotonic()
        watching = [
            asyncio.create_task(tab.watch(end, seen[n] if n % 10 == 0 else None))
            for n, tab in enumerate(tabs)
        ]
        if grows:
            log = asyncio.create_task(_log(self.recorder, end, self.step, logged))
            await _ship(self.shipper, end)
            self.step = await log
        else:
            await asyncio.sleep(seconds)
        used = (self.server.cpu - before) / (time.monotonic() - began)
        await asyncio.gather(*watching)
        asked = sum(sum(tab.answers.values()) for tab in tabs) / seconds
        fresh = sum(tab.answers[200] for tab in tabs) / seconds
        return f"{used:.1%} | {asked:.0f} | {fresh:.0f} | {_delays(logged, seen)} |"


def _delays(logged: dict[int, float], seen: list[dict[int, float]]) -> str:
    """Of each step in each tab that was looked into: until the first answer that held it."""
    found: list[float] = []
    for one in seen:
        marks = sorted(one.items())
        for step, at in logged.items():
            shown = next((when for newest, when in marks if newest >= step), None)
            if shown is not None:
                found.append(shown - at)
    if not found:
        return "- | - | -"
    median, late = np.percentile(found, [50, 95])
    return f"{median:.2f} | {late:.2f} | {max(found):.2f}"


async def unchanged(server: Server, run: str, session: str, count: int = 1000) -> str:
    """CPU of one answer "nothing new", from the front and from Django."""
    told = []
    for what, header in (("kept answer", "X-Fixpoint-Live: 1\r\n"), ("through Django", "")):
        tab = Tab(server, run, 0, session)
        await tab.get(tab.page)
        tab.head = tab.head.replace("X-Fixpoint-Live: 1\r\n", header)
        await tab.get(tab.page)
        before, began = server.cpu, time.monotonic()
        for _ in range(count):
            status, body = await tab.get(tab.page)
            assert (status, body) == (304, b"")
        each, took = (server.cpu - before) / count, (time.monotonic() - began) / count
        told.append(f"| {what} | {each * 1e3:.2f} | {took * 1e3:.2f} |")
    return "\n".join(told)


@contextmanager
def watched(database: str) -> Iterator[Watched]:
    with served(database) as server, tempfile.TemporaryDirectory() as home:
        os.environ |= {"FIXPOINT_URL": server.url, "FIXPOINT_WORKER_TOKEN": server.worker}
        yield Watched(server, Path(home))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--tabs", default="1,10,100")
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    print(f"load before: {os.getloadavg()}")
    for database in given.databases.split(","):
        with watched(database) as one:
            asyncio.run(_measure_all(one, database, given))
    print(f"load after: {os.getloadavg()}")


async def _measure_all(one: Watched, database: str, given: argparse.Namespace) -> None:
    counts = [int(count) for count in given.tabs.split(",")]
    sessions = one.server.manage("shell", "--no-imports", "-c", LOGINS.format(count=max(counts)))
    logins = sessions.split()
    print(f"\n{database}: 304 | server CPU ms | ms\n---|---|---")
    print(await unchanged(one.server, one.run, logins[0]), flush=True)
    print("\ntabs | server CPU, of a core | answers/s | with news/s | delay s median | p95 | max")
    print("---|---|---|---|---|---|---")
    for count in (0, *counts):
        print(f"{count} | {await one.measure(logins[:count], given.seconds)}", flush=True)
    most = logins[: max(counts)]
    told = await one.measure(most, given.seconds, grows=False)
    print(f"{len(most)}, the run is silent | {told}", flush=True)
    print(f"memory of the server: {one.server.memory:.0f} MB")


if __name__ == "__main__":
    main()
