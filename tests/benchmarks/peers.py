"""The same work on other trackers, and here: python -m tests.benchmarks.peers

By hand, on a quiet machine. Each peer is installed from the package index into an environment that
is thrown away. A client process for each run logs ten metrics a step in the way its manual shows;
MLflow's sends batches of 1,000 points, the most that its server takes. Fixpoint's clients send
10,000 lines a post to `manage.py serve`. The clock runs until a run's end has been acknowledged.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import ingest, peer_programs
from tests.benchmarks.peer_programs import HEAD

LONGEST = 600  # seconds for one row


@dataclass(frozen=True)
class Peer:
    what: str
    packages: tuple[str, ...]
    program: str
    served: bool = False  # by a server of its own, to whose address clients log


PEERS = {
    "mlflow": Peer(
        "MLflow server, SQLite, log_batch of 1,000", ("mlflow",), peer_programs.MLFLOW, served=True
    ),
    "trackio": Peer("trackio, local", ("trackio",), peer_programs.TRACKIO),
    "aim": Peer("aim, local", ("aim",), peer_programs.AIM),
    "wandb": Peer("wandb, offline files", ("wandb",), peer_programs.WANDB),
    "swanlab": Peer("swanlab, offline", ("swanlab",), peer_programs.SWANLAB),
    "tensorboard": Peer(
        "TensorBoard files (tensorboardX)", ("tensorboardX",), peer_programs.TENSORBOARD
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--runs", default="1,8")
    parser.add_argument("--points", type=int, default=40_000, help="of a peer's runs together")
    parser.add_argument("--ours", type=int, default=2_000_000, help="of Fixpoint's runs together")
    given = parser.parse_args()
    runs = list(map(int, given.runs.split(",")))
    print(f"load before: {os.getloadavg()}\n\n| | points | points/s |\n|---|---|---|", flush=True)
    ours(runs, given.ours)
    for name in given.peers.split(","):
        with tempfile.TemporaryDirectory(prefix="fixpoint-peers-") as home:
            try:
                rows(Path(home), PEERS[name], runs, given.points)
            except (RuntimeError, subprocess.SubprocessError) as error:
                print(f"| {PEERS[name].what} | | not measured: {error} |", flush=True)
    print(f"\nload after: {os.getloadavg()}")


def ours(runs: list[int], points: int) -> None:
    for database in ("sqlite", "postgresql"):
        for number in runs:
            row = ingest.measured(database, number, 10_000, points)
            tell(f"Fixpoint, {database}", number, row.points, row.seconds)


def rows(home: Path, peer: Peer, runs: list[int], points: int) -> None:
    python = installed(home, peer.packages)
    version = _version(python, peer.packages[0])
    for number in runs:
        data = Path(tempfile.mkdtemp(dir=home))
        with where(peer, python, data) as target:
            seconds = sent(python, peer, target, number, points // number)
        tell(f"{peer.what} ({version})", number, points, seconds)


def tell(what: str, runs: int, points: int, seconds: float) -> None:
    number = f"{runs} run{'s' * (runs > 1)}"
    print(f"| {what}, {number} | {points:,} | {points / seconds:,.0f} |", flush=True)


def installed(home: Path, packages: tuple[str, ...]) -> Path:
    """The Python of a fresh environment that has them."""
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    python = home / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
    return python


def _version(python: Path, package: str) -> str:
    asked = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.check_output([python, "-c", asked], text=True).strip()


@contextmanager
def where(peer: Peer, python: Path, data: Path) -> Iterator[str]:
    """What its clients log to: a directory, or the address of its server."""
    if not peer.served:
        yield str(data)
        return
    port = _free_port()
    store = ["--backend-store-uri", f"sqlite:///{data}/mlflow.db"]
    store += ["--artifacts-destination", str(data)]
    command = [python, "-m", "mlflow", "server", "--port", str(port), *store]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def sent(python: Path, peer: Peer, target: str, runs: int, points: int) -> float:
    """Seconds that `runs` clients take for `points` each."""
    clients = [_client(python, peer, target, points, seed) for seed in range(runs)]
    try:
        for one in clients:
            _told(one, "ready")
        began = time.monotonic()
        for one in clients:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        return max(float(_told(one, "over")) for one in clients) - began
    finally:
        for one in clients:
            one.terminate()  # `timeout` hands it on to the client
            one.wait()


def _client(python: Path, peer: Peer, target: str, points: int, seed: int) -> subprocess.Popen[str]:
    quiet = {"WANDB_SILENT": "true", "HF_HUB_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}
    home = target if Path(target).is_dir() else str(python.parent)
    return subprocess.Popen(
        [
            "timeout",
            str(LONGEST),
            python,
            "-c",
            HEAD + peer.program,
            target,
            str(points),
            str(seed),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **quiet, "HOME": home, "TRACKIO_DIR": home},
    )


def _told(client: subprocess.Popen[str], word: str) -> str:
    """The rest of the line that begins so; peers print lines of their own too."""
    assert client.stdout is not None
    for line in client.stdout:
        if line.startswith(word):
            return line.removeprefix(word).strip()
    raise RuntimeError(f"a client ended before it said {word!r}")


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
