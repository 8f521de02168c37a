"""Have the trainings done: worker processes that take one order after the other."""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from dashboard.health.benchmark.plan import Order
from dashboard.health.benchmark.records import line_of
from dashboard.places import ROOT

Keep = Callable[[Order, str], None]


class WorkerDied(RuntimeError):
    """A worker of the benchmark ended while it trained."""


def train_all(orders: Iterable[Order], keep: Keep, *, at_once: int) -> None:
    """Train every order; `keep` gets each with its line of JSON, one at a time.

    WorkerDied: the memory or the machine gave up; what was kept stays kept.
    """
    waiting: queue.SimpleQueue[Order] = queue.SimpleQueue()
    for order in orders:
        waiting.put(order)
    lock, faults = threading.Lock(), []

    def work() -> None:
        try:
            _work(waiting, keep, lock)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def _work(waiting: queue.SimpleQueue[Order], keep: Keep, lock: threading.Lock) -> None:
    command = [sys.executable, "-m", "trainers.faults"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as worker,
    ):
        assert worker.stdin
        assert worker.stdout
        while not waiting.empty():
            try:
                order = waiting.get_nowait()
            except queue.Empty:  # the other worker was first
                break
            run_dir = Path(folder) / order.key
            worker.stdin.write(json.dumps({**order.as_json(), "run_dir": str(run_dir)}) + "\n")
            worker.stdin.flush()
            answer = worker.stdout.readline()
            if not answer:
                raise WorkerDied(f"the process that trained {order.key} ended; start again")
            line = line_of(order, run_dir, json.loads(answer)["error"])
            shutil.rmtree(run_dir)
            with lock:
                keep(order, line)
        worker.stdin.close()
