"""Times curves on their way out: python -m tests.benchmarks.reading

By hand, on a quiet machine with PostgreSQL installed. A server as `manage.py serve` starts it holds
a run of a million points a curve, and ten runs of ten metrics with 100,000. What is told is the
median of `--times` requests over HTTP, and of the same work in this process, which shares nothing
with the server but its database: what the server itself spends, without HTTP and login.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import httpx

from tests.benchmarks.ingest import send
from tests.benchmarks.logged import METRICS
from tests.benchmarks.served import ROOT, Server, served

GROWTH = (10**3, 10**4, 10**5, 10**6, 10**7)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--longest", type=int, default=10**6, help="points of the growing curve")
    given = parser.parse_args()
    print(f"load before: {os.getloadavg()}", flush=True)
    for database in given.databases.split(","):
        with served(database) as server:
            print(f"\n### {database}\n\n| | ms |\n|---|---|", flush=True)
            measure(server, given.times, [n for n in GROWTH if n <= given.longest])
    print(f"\nload after: {os.getloadavg()}")


def measure(server: Server, times: int, lengths: list[int]) -> None:
    runs = [server.launch(f"run {number}") for number in range(10)]
    send(server, runs, 10 * 100_000, 2_000)
    tell(
        "10 runs x 5 metrics x 100,000 points: windows over HTTP",
        times,
        lambda: windows(server, runs, METRICS[:5]),
    )
    tell("the same as figures over HTTP", times, lambda: figures(server, runs, METRICS[:5]))
    print(f"| server memory, MB | {server.memory:.0f} |", flush=True)
    for points in lengths:
        run = server.launch(f"{points} points")
        send(server, [run], points, 10_000, metrics=1)
        tell(
            f"1 curve of {points:,} points: windows over HTTP",
            times,
            lambda r=run: windows(server, [r], METRICS[:1]),
        )
        inside(server, run, times)
    print(f"| server memory, MB | {server.memory:.0f} |", flush=True)
    print(
        f"| bytes a sealed point, {lengths[-1]:,} points of one curve | {size(server, run, lengths[-1]):.2f} |"
    )
    print(
        f"| bytes a point, a run of ten metrics, settled | {size(server, runs[0], 10**6):.2f} |",
        flush=True,
    )


def windows(server: Server, runs: list[str], names: tuple[str, ...]) -> httpx.Response:
    return get(server, "windows", {"runs": ",".join(runs), "names": ",".join(names)})


def figures(server: Server, runs: list[str], names: tuple[str, ...]) -> httpx.Response:
    return get(server, "figures", {"runs": ",".join(runs), "names": ",".join(names)})


def get(server: Server, what: str, query: dict[str, str]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {server.member}"}
    address = f"{server.url}/api/{what}/"
    return httpx.get(address, params=query, headers=headers, timeout=60).raise_for_status()


def tell(what: str, times: int, call: Callable[[], object]) -> None:
    call()
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        spent.append(time.perf_counter() - began)
    print(f"| {what} | {statistics.median(spent) * 1000:.1f} |", flush=True)


INSIDE = """
import statistics, sys, time
from dashboard.metrics import codec, store
from dashboard.metrics.models import Chunk
run, times = sys.argv[1], int(sys.argv[2])
def median(call):
    call()
    spent = []
    for _ in range(times):
        began, cpu = time.perf_counter(), time.process_time()
        call()
        spent.append((time.perf_counter() - began, time.process_time() - cpu))
    return " / ".join(f"{statistics.median(column) * 1000:.2f}" for column in zip(*spent))
def plainly():
    rows = Chunk.objects.filter(curve__run_id=run).values_list("coarse", flat=True)
    return [bytes(row) for row in rows]
window = median(lambda: store.read_window(run, "train/loss"))
print(f"| – in the server: the store's window / its CPU | {window} |")
print(f"| – a plain read of its coarse summaries / its CPU | {median(plainly)} |")
print(f"| – every point / its CPU | {median(lambda: store.read(run))} |")
"""

SIZE = """
import sys
from dashboard.metrics import store
store.settle(sys.argv[1])
print(store.sizes([sys.argv[1]])[sys.argv[1]].total / int(sys.argv[2]))
"""


def inside(server: Server, run: str, times: int) -> None:
    print(_within(server, INSIDE, run, str(times)), flush=True)


def size(server: Server, run: str, points: int) -> float:
    return float(_within(server, SIZE, run, str(points)))


def _within(server: Server, program: str, *words: str) -> str:
    begin = "import django\ndjango.setup()\n"
    done = subprocess.run(
        [sys.executable, "-c", begin + program, *words],
        cwd=ROOT,
        env={**server.environment, "DJANGO_SETTINGS_MODULE": "dashboard.settings"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()


if __name__ == "__main__":
    main()
