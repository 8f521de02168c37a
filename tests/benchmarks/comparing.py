"""Times the compare page of up to fifty long runs: python -m tests.benchmarks.comparing

By hand. A server as `manage.py serve` starts it holds runs of `--points` points in each of two
metrics; of one configuration, so that one arm has them all, or of two. What is told: seconds over
HTTP, seconds that the server computed (the machine may be busy: read these), and how many kB
an answer has before it is compressed, for figures as runs, as arms with and without the single runs, as difference, zoomed
in, along samples and smoothed; and the table of metrics, whose means are of the newest points.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable

import httpx

from tests.benchmarks.ingest import send
from tests.benchmarks.reading import _within
from tests.benchmarks.served import Server, served

BUCKETS = 240  # as the page asks of fifty runs
SHAPES = {
    "as runs": {},
    "as arms": {"draw": "arms"},
    "as arms, without single runs": {"draw": "arms", "single": "0"},
    "as difference": {"draw": "difference"},
    "as arms, zoomed to a thousandth": {"draw": "arms", "window": "500000,501000"},
    "as arms, along relative time": {"draw": "arms", "x": "relative"},
    "as arms, smoothed": {"draw": "arms", "smooth": "0.9"},
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--databases", default="sqlite")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--points", type=int, default=10**6, help="of each curve")
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    print(f"load before: {os.getloadavg()}", flush=True)
    for database in given.databases.split(","):
        with served(database) as server:
            runs = filled(server, given.runs, given.points)
            print(f"\n### {database}: {given.runs} runs\n\n| | s | CPU s | kB |\n|---|---|---|---|")
            measure(server, runs, given.times)
    print(f"\nload after: {os.getloadavg()}")


def filled(server: Server, count: int, points: int) -> list[str]:
    """The runs, with as many points in each of two curves, all sealed.

    Two of them are sent in; the others get copies of their rows, which is much faster.
    """
    runs = [server.launch(f"run {number}") for number in range(count)]
    for run in runs[:2]:
        send(server, [run], 2 * points, 20_000, metrics=2)
    print(_within(server, COPY, *runs), flush=True)
    return runs


COPY = """
import sys
from dashboard.metrics import store
from dashboard.metrics.models import Chunk, Clock, Curve, Ledger
from dashboard.runs.models import Run
runs = sys.argv[1:]
for run in runs[:2]:
    store.settle(run)
for place, run in enumerate(runs):
    Run.objects.filter(pk=run).update(config={"noise": place % 2}, seed=place // 2, status="finished")
    if place < 2:
        continue
    source = runs[place % 2]
    clocks = {}
    for clock in Clock.objects.filter(run_id=source).order_by("pk").iterator():
        clocks[clock.pk] = Clock.objects.create(run_id=run, data=clock.data).pk
    for curve in Curve.objects.filter(run_id=source):
        old, curve.pk, curve.run_id = curve.pk, None, run
        curve.save(force_insert=True)
        chunks = list(Chunk.objects.filter(curve_id=old).order_by("pk"))
        for chunk in chunks:
            chunk.pk, chunk.curve_id, chunk.clock_id = None, curve.pk, clocks[chunk.clock_id]
        Chunk.objects.bulk_create(chunks, batch_size=50)
print("chunks:", Chunk.objects.count())
"""

LOGIN = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_user("reader"))
print(client.cookies["sessionid"].value)
"""


def measure(server: Server, runs: list[str], times: int) -> None:
    asked = {"runs": ",".join(runs), "names": "train/loss", "buckets": str(BUCKETS)}
    for name, more in SHAPES.items():
        tell(
            server,
            f"one chart, {name}",
            times,
            lambda q=asked | more: get(server, "/api/figures/", q),
        )
    cookie = {"sessionid": _within(server, LOGIN)}
    page = {"runs": ",".join(runs)}
    tell(
        server,
        "the page itself, with its table of metrics",
        times,
        lambda: get(server, "/compare/", page, cookie),
    )


def get(
    server: Server, path: str, query: dict[str, str], cookies: dict[str, str] | None = None
) -> httpx.Response:
    """Each time as if nobody had asked before: the server keeps answers for a moment."""
    headers = {} if cookies else {"Authorization": f"Bearer {server.member}"}
    fresh = query | {"again": str(time.perf_counter())}
    answer = httpx.get(
        f"{server.url}{path}", params=fresh, headers=headers, cookies=cookies, timeout=300
    )
    return answer.raise_for_status()


def tell(server: Server, what: str, times: int, call: Callable[[], httpx.Response]) -> None:
    call()
    spent = []
    for _ in range(times):
        began, cpu = time.perf_counter(), server.cpu
        size = len(call().content) / 1024
        spent.append((time.perf_counter() - began, server.cpu - cpu, size))
    told = (statistics.median(column) for column in zip(*spent, strict=True))
    print(
        "| "
        + what
        + " | "
        + " | ".join(f"{one:.2f}" if one < 10 else f"{one:.0f}" for one in told)
        + " |",
        flush=True,
    )


if __name__ == "__main__":
    main()
