"""Times points on their way in, through HTTP, durable: python -m tests.benchmarks.ingest

By hand, on a quiet machine with PostgreSQL installed. Each row starts a server of its own as
`manage.py serve` does; each run is a client process of its own, with one kept connection, that
sends posts it made before. The clock runs from the first post to the last acknowledgement.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from dataclasses import dataclass

import httpx

from tests.benchmarks.logged import bodies
from tests.benchmarks.served import Server, served


@dataclass
class Row:
    what: str
    points: int
    seconds: float
    server: float  # seconds of CPU
    memory: float

    def __str__(self) -> str:
        rate = f"{self.points / self.seconds:,.0f}"
        cpu = self.server / self.points * 1e6
        return f"| {self.what} | {self.points:,} | {rate} | {cpu:.2f} | {self.memory:.0f} |"


HEAD = """| | points | points/s | server CPU s per M points | server memory MB |
|---|---|---|---|---|"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--runs", default="1,8")
    parser.add_argument("--points", type=int, default=2_000_000, help="of all runs together")
    parser.add_argument("--lines", default="100,1000,10000", help="in a post")
    given = parser.parse_args()
    print(f"load before: {os.getloadavg()}\n\n{HEAD}", flush=True)
    for database in given.databases.split(","):
        for lines in map(int, given.lines.split(",")):
            for runs in map(int, given.runs.split(",")):
                points = given.points if lines > 100 else given.points // 4
                print(measured(database, runs, lines, points), flush=True)
    print(f"\nload after: {os.getloadavg()}")


def measured(database: str, runs: int, lines: int, points: int) -> Row:
    with served(database) as server:
        send(server, [server.launch("warm")], 10_000, lines)
        targets = [server.launch(f"run {number}") for number in range(runs)]
        before = server.cpu
        seconds = send(server, targets, points // runs, lines)
        what = f"{database}, {runs} run{'s' * (runs > 1)}, {lines:,} lines a post"
        return Row(what, points, seconds, server.cpu - before, server.memory)


def send(server: Server, targets: list[str], points: int, lines: int, metrics: int = 10) -> float:
    """Seconds from the first post to the last acknowledgement."""
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(len(targets) + 1)
    times = context.Queue()
    clients = [
        context.Process(
            target=client, args=(server, run, (points, lines, seed, metrics), ready, times)
        )
        for seed, run in enumerate(targets)
    ]
    for one in clients:
        one.start()
    ready.wait()
    spans = [times.get(timeout=600) for _ in clients]  # a client that fails has told why by then
    for one in clients:
        one.join()
    return float(max(end for _, end in spans) - min(begin for begin, _ in spans))


def client(server, run, logged, ready, times) -> None:  # type: ignore[no-untyped-def]
    posts = list(bodies(*logged))
    headers = {"Authorization": f"Bearer {server.worker}"}
    with httpx.Client(headers=headers, timeout=120) as http:
        http.get(f"{server.url}/login/")
        ready.wait()
        began, offset = time.monotonic(), 0
        for post in posts:
            address = f"{server.url}/api/runs/{run}/events/?offset={offset}"
            kind = {"Content-Type": "application/octet-stream"}
            answer = http.post(address, content=post, headers=kind).raise_for_status().json()
            offset = answer["offset"]
        times.put((began, time.monotonic()))
    assert offset == sum(map(len, posts))


if __name__ == "__main__":
    main()
