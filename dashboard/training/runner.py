"""One process per run: start the trainer, keep the lease, ship, obey a stop, report the end.

It outlives the worker that started it and holds no database: `python -m dashboard.training.runner
RUN_DIR`, where RUN_DIR/claim.json is the app's answer to the claim.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.places import ROOT
from dashboard.training import client, endings
from dashboard.training.endings import Ending
from dashboard.training.lease import Lease
from dashboard.training.sample_shipping import SampleShipper
from dashboard.training.shipping import Shipper
from dashboard.training.system import SystemRecorder

logger = logging.getLogger("runner")

PACE = 0.5  # seconds between two shipments
GRACE = 60.0  # seconds a trainer has to save its checkpoint after SIGTERM
ANNOUNCED = "\x1b]fixpoint;"  # how the line begins that parts two attempts in console.log
PATIENCE = 10.0  # at most so many seconds between two tries while the app is away


@dataclass
class Watch:
    """A trainer that is running, and what is to happen to it."""

    lease: Lease
    child: subprocess.Popen[bytes]
    shipper: Shipper
    told: list[int] = field(default_factory=list)  # signals that the runner itself received
    why: str = ""  # stopped, interrupted or fenced, once it was asked to end
    kill_at: float = float("inf")
    trouble: Ending | None = None  # that the app refuses what the run logged, and why


def main(run_dir: Path, slot_files: Sequence[int]) -> None:
    """Carry out the claim in `run_dir`. slot_files: its slots' locks, let go after the trainer."""
    claim = json.loads((run_dir / "claim.json").read_text())
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lease = Lease(claim)
    lock = _lock(run_dir, lease)
    if lock is None:
        return
    announce(run_dir / "console.log", int(claim["attempt"]))
    child = _start(claim, run_dir, lock)
    watch = Watch(lease, child, Shipper(claim["id"], run_dir), told)
    with SampleShipper(claim["id"], run_dir).beside():
        with SystemRecorder(run_dir, child.pid, claim.get("slot", "")).beside():
            _watch(watch)
        for file in slot_files:
            os.close(file)
        _report(watch)


def _lock(run_dir: Path, lease: Lease) -> int | None:
    """The run directory's lock, so that no two trainers write one run. None when fenced off."""
    file = os.open(run_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    while not lease.fenced:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("another trainer still holds the run directory; waiting")
            time.sleep(PACE)
        else:
            return file
    return None


def announce(console: Path, attempt: int) -> None:
    """Part a later attempt's output from the one before: terminals show nothing of this line."""
    if attempt < 2:
        return
    torn = _ends_within_a_line(console)
    said = f"{ANNOUNCED}{attempt};{time.time():.0f};{socket.gethostname()}\x07\n"
    with console.open("ab") as file:
        file.write(b"\n" * torn + said.encode())


def _ends_within_a_line(path: Path) -> bool:
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _start(claim: dict[str, Any], run_dir: Path, lock: int) -> subprocess.Popen[bytes]:
    """The trainer, in its own session; it dies with the runner and holds the directory's lock."""
    order = {key: claim[key] for key in ("trainer", "seed", "config")}
    (run_dir / "config.json").write_text(json.dumps(order, indent=1))
    environment = {
        **os.environ,
        "FIXPOINT_ATTEMPT": str(claim["attempt"]),
        "PYTHONUNBUFFERED": "1",
    }
    for secret in ("FIXPOINT_WORKER_TOKEN", "REDIS_URL", "DATABASE_URL", "FIXPOINT_SECRET_KEY"):
        environment.pop(secret, None)
    command = [sys.executable, "-m", "trainers", claim["trainer"], "--run-dir", str(run_dir)]
    with (run_dir / "console.log").open("ab") as console:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=[lock],
            preexec_fn=_die_with_parent,
        )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _watch(watch: Watch) -> None:
    """Until the trainer has ended: ship, and carry out what was asked for."""
    ship = 0.0
    while watch.child.poll() is None:
        now = time.monotonic()
        if now >= ship:
            ship = now + PACE
            _ship(watch)
        if watch.lease.fenced:
            watch.why = "fenced"
            _signal(watch, signal.SIGKILL)
        elif not watch.why and (watch.lease.stop_requested or watch.told):
            _end_child(watch, "stopped" if watch.lease.stop_requested else "interrupted")
        if now > watch.kill_at:
            _signal(watch, signal.SIGKILL)
        time.sleep(0.1)


def _ship(watch: Watch) -> None:
    if watch.trouble:
        return
    try:
        watch.shipper.ship()
    except (client.Unreachable, OSError) as error:  # OSError: the disk is full
        logger.warning("not shipped yet: %s", error)
    except client.Refused as refused:
        place, host = str(watch.shipper.run_dir), socket.gethostname()
        watch.trouble = endings.say(endings.REFUSED, why=str(refused), place=place, host=host)
        logger.error("%s", endings.english(watch.trouble))


def _end_child(watch: Watch, why: str) -> None:
    watch.why = why
    watch.kill_at = time.monotonic() + GRACE
    _signal(watch, signal.SIGTERM)


def _signal(watch: Watch, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself in the meantime
        os.killpg(watch.child.pid, number)


def _report(watch: Watch) -> None:
    """Ship the rest and tell how the run ended, as often as it takes."""
    pause = 0.2
    while not watch.lease.fenced:
        _ship(watch)
        try:
            if watch.trouble or watch.shipper.is_done:
                _finish(watch)
                return
        except client.Refused as refused:
            logger.error("the end was not reported: %s", refused)
            return
        except client.Unreachable as error:
            logger.warning("the end is not reported yet: %s", error)
        time.sleep(pause)
        pause = min(pause * 2, PATIENCE)


def _finish(watch: Watch) -> None:
    outcome, failure = _outcome(watch)
    lease, code = watch.lease, watch.child.returncode
    with lease.quiet:
        client.finish(lease.run_id, lease.key, outcome, code, failure or watch.trouble)
        lease.let_go()


def _outcome(watch: Watch) -> tuple[str, Ending | None]:
    """(outcome, how it failed)."""
    code = watch.child.returncode
    if watch.why in ("stopped", "interrupted"):
        return watch.why, None
    if code == 0 and watch.trouble:
        return "failed", watch.trouble
    if code == 0:
        return "finished", None
    return "failed", _failure(watch.shipper.run_dir / "console.log", code)


def _failure(console: Path, code: int) -> Ending:
    """How the trainer ended, with the last line that it printed."""
    with console.open("rb") as file:
        file.seek(max(console.stat().st_size - 4096, 0))
        words = file.read().decode("utf-8", errors="replace").replace("\0", "\ufffd")
    lines = [line for line in words.strip().splitlines() if not line.startswith(ANNOUNCED)]
    return endings.of_trainer(code, lines[-1] if lines else "")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="{asctime} {message}", style="{")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    main(Path(sys.argv[1]), [int(file) for file in sys.argv[2:]])
