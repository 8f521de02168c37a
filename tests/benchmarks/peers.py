"""The same work on other trackers: python -m tests.benchmarks.peers

By hand, in the same hour as tests.benchmarks.ingest, on the same machine. MLflow is installed into
an environment that is thrown away; its server runs as `mlflow server` does, on SQLite, and a client
process for each run sends batches of 1,000 points, the most that it takes.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLIENT = """
import sys, time
from mlflow import MlflowClient
from mlflow.entities import Metric
address, points, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
client = MlflowClient(address)
run = client.create_run("0").info.run_id
batches = [
    [Metric(f"m/{k}", (step * 7 + k) % 97 / 97, 1760000000000 + step, step)
     for step in range(begin, begin + 100) for k in range(10)]
    for begin in range(0, points // 10, 100)
]
client.log_batch(run, metrics=[Metric("warm", 1.0, 1, 1)])
print("ready", flush=True)
sys.stdin.readline()
for batch in batches:
    client.log_batch(run, metrics=batch)
print(time.monotonic(), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", default="1,8")
    parser.add_argument("--points", type=int, default=20_000, help="of all runs together")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fixpoint-peers-") as home:
        python = installed(Path(home), "mlflow")
        print(
            f"load before: {os.getloadavg()}\n\n| | points | points/s |\n|---|---|---|", flush=True
        )
        for runs in map(int, given.runs.split(",")):
            seconds = mlflow(Path(home), python, runs, given.points // runs)
            what = f"MLflow server, SQLite, log_batch of 1,000, {runs} run{'s' * (runs > 1)}"
            print(f"| {what} | {given.points:,} | {given.points / seconds:,.0f} |", flush=True)


def installed(home: Path, package: str) -> Path:
    """The Python of a fresh environment that has it."""
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    python = home / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", package], check=True)
    return python


def mlflow(home: Path, python: Path, runs: int, points: int) -> float:
    """Seconds that `runs` clients take for `points` each."""
    port = _free_port()
    data = tempfile.mkdtemp(dir=home)
    store = ["--backend-store-uri", f"sqlite:///{data}/mlflow.db", "--artifacts-destination", data]
    command = [python, "-m", "mlflow", "server", "--port", str(port), *store]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        return _sent(python, port, runs, points)
    finally:
        server.terminate()
        server.wait()


def _sent(python: Path, port: int, runs: int, points: int) -> float:
    clients = [
        subprocess.Popen(
            [python, "-c", CLIENT, f"http://127.0.0.1:{port}", str(points), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for seed in range(runs)
    ]
    for one in clients:
        assert one.stdout is not None
        if one.stdout.readline() != "ready\n":
            raise RuntimeError("a client of the peer did not come up")
    began = time.monotonic()
    for one in clients:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    ends = [float(one.stdout.readline()) for one in clients if one.stdout is not None]
    for one in clients:
        one.wait()
    return max(ends) - began


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("the peer's server did not come up")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


if __name__ == "__main__":
    main()
