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
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.places import ROOT
from dashboard.training import client
from dashboard.training.shipping import Shipper

logger = logging.getLogger("runner")

BEAT = 1.0  # seconds between two renewals
PACE = 0.5  # seconds between two shipments
GRACE = 60.0  # seconds a trainer has to save its checkpoint after SIGTERM
PATIENCE = 10.0  # at most so many seconds between two tries while the app is away


@dataclass
class Watch:
    """A trainer that is running, and what is to happen to it."""

    claim: dict[str, Any]
    child: subprocess.Popen[bytes]
    shipper: Shipper
    told: list[int] = field(default_factory=list)  # signals that the runner itself received
    why: str = ""  # stopped, interrupted or fenced, once it was asked to end
    kill_at: float = float("inf")
    trouble: str = ""  # why the app refuses what the run logged

    @property
    def run_id(self) -> str:
        return str(self.claim["id"])

    @property
    def lease(self) -> str:
        return str(self.claim["lease"])


def main(run_dir: Path, slot_file: int) -> None:
    """Carry out the claim in `run_dir`. slot_file: the slot's lock, let go after the trainer."""
    claim = json.loads((run_dir / "claim.json").read_text())
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    lock = _lock(run_dir, claim)
    if lock is None:
        return
    shipper = Shipper(claim["id"], run_dir)
    watch = Watch(claim, _start(claim, run_dir, lock), shipper, told)
    _watch(watch)
    os.close(slot_file)
    _report(watch)


def _lock(run_dir: Path, claim: dict[str, Any]) -> int | None:
    """The run directory's lock, so that no two trainers write one run. None when fenced off."""
    file = os.open(run_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("another trainer still holds the run directory; waiting")
        else:
            return file
        try:
            client.renew(claim["id"], claim["lease"])
        except client.Refused:
            return None
        except client.Unreachable as error:
            logger.warning("%s", error)
        time.sleep(BEAT)


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
    """Until the trainer has ended: renew, ship, and carry out what was asked for."""
    beat = ship = 0.0
    while watch.child.poll() is None:
        now = time.monotonic()
        if now >= beat:
            beat = now + BEAT
            _renew(watch)
        if now >= ship:
            ship = now + PACE
            _ship(watch)
        if watch.told and not watch.why:
            _end_child(watch, "interrupted")
        if now > watch.kill_at:
            _signal(watch, signal.SIGKILL)
        time.sleep(0.1)


def _renew(watch: Watch) -> None:
    try:
        answer = client.renew(watch.run_id, watch.lease)
    except client.Unreachable as error:
        logger.warning("lease not renewed: %s", error)
    except client.Refused:
        logger.error("the run is another's now; stopping the trainer")
        watch.why = "fenced"
        _signal(watch, signal.SIGKILL)
    else:
        if answer["stop_requested"] and not watch.why:
            _end_child(watch, "stopped")


def _ship(watch: Watch) -> None:
    if watch.trouble:
        return
    try:
        watch.shipper.ship()
    except client.Unreachable as error:
        logger.warning("not shipped yet: %s", error)
    except client.Refused as refused:
        watch.trouble = (
            f"The app refuses what the run logged ({refused}). It is all in {watch.shipper.run_dir}"
            f" on {watch.claim['host']}."
        )
        logger.error("%s", watch.trouble)


def _end_child(watch: Watch, why: str) -> None:
    watch.why = why
    watch.kill_at = time.monotonic() + GRACE
    _signal(watch, signal.SIGTERM)


def _signal(watch: Watch, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # it ended by itself in the meantime
        os.killpg(watch.child.pid, number)


def _report(watch: Watch) -> None:
    """Ship the rest and tell how the run ended, as often as it takes."""
    if watch.why == "fenced":
        return
    outcome, failure = _outcome(watch)
    pause = 0.2
    while True:
        _ship(watch)
        try:
            if watch.trouble or watch.shipper.is_done:
                code = watch.child.returncode
                client.finish(watch.run_id, watch.lease, outcome, code, failure or watch.trouble)
                return
            client.renew(watch.run_id, watch.lease)
        except client.Refused:
            logger.error("the run is another's now; the end was not reported")
            return
        except client.Unreachable as error:
            logger.warning("the end is not reported yet: %s", error)
        time.sleep(pause)
        pause = min(pause * 2, PATIENCE)


def _outcome(watch: Watch) -> tuple[str, str]:
    """(outcome, failure in words)."""
    code = watch.child.returncode
    if watch.why in ("stopped", "interrupted"):
        return watch.why, ""
    if code == 0 and watch.trouble:
        return "failed", watch.trouble
    if code == 0:
        return "finished", ""
    return "failed", _failure(watch.shipper.run_dir / "console.log", code)


def _failure(console: Path, code: int) -> str:
    """How the trainer ended, with the last line that it printed."""
    how = (
        f"The trainer was killed by {signal.Signals(-code).name}."
        if code < 0
        else f"The trainer ended with exit code {code}."
    )
    with console.open("rb") as file:
        file.seek(max(console.stat().st_size - 4096, 0))
        lines = file.read().decode("utf-8", errors="replace").strip().splitlines()
    if code == -signal.SIGKILL:
        how += " If nobody did that, the machine ran out of memory: see its kernel log."
    return f"{how} Its last words: {lines[-1]}" if lines else how


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="{asctime} {message}", style="{")
    main(Path(sys.argv[1]), int(sys.argv[2]))
