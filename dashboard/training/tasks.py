"""The Celery side: an anonymous wake-up. The app's database says what there is to do."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import psutil
from celery.signals import worker_ready, worker_shutting_down
from kombu.exceptions import OperationalError
from redis import RedisError

from dashboard.celery import app
from dashboard.places import ROOT, data_dir, run_dir
from dashboard.training import client, endings, slots
from dashboard.training.host import Host
from dashboard.training.removal import Remover
from dashboard.training.sample_shipping import sample_shippers
from dashboard.training.shipping import shippers
from dashboard.training.slots import Slot
from dashboard.training.watchdog import Watchdog
from dashboard.version import told

logger = logging.getLogger(__name__)

HEARTBEAT = 5.0  # seconds between two signs of life
LEFTOVERS_EVERY = 6  # heartbeats between two looks for what was never acknowledged

stopping = threading.Event()


@app.task(name="work", ignore_result=True)
def work() -> None:
    """While slots are free and a run waits: start its runner, look after it, and again."""
    while not stopping.is_set():
        try:
            with slots.turn():
                started = _start_next()
        except (client.Unreachable, client.Refused) as error:
            logger.warning("no claim: %s", error)
            return
        if started is None:
            return
        _look_after(*started)


def _start_next() -> tuple[dict[str, Any], subprocess.Popen[bytes]] | None:
    """The best queued run that fits into what is free, of one kind of slots or of another."""
    for group in slots.groups():
        free = slots.take_free(group)
        try:
            claim = _claim(free, len(group))
            if claim is None:
                continue
            runner = _start(claim, free[: claim["processes"]])
        finally:
            for slot in free:
                slot.close()  # the runner's own copy keeps its slots for as long as it lives
        if len(free) > claim["processes"]:
            _wake_another()
        return claim, runner
    return None


def _claim(free: Sequence[Slot], capacity: int) -> dict[str, Any] | None:
    if not free:
        return None
    return client.claim(socket.gethostname(), [slot.name for slot in free], capacity)


def _wake_another() -> None:
    """Slots are left: another thread of this worker may have a run for them."""
    try:
        work.apply_async(retry=False, expires=3600)
    except (RedisError, OperationalError) as error:
        logger.warning("no wake-up sent (%s); housekeeping will send it", error)


def _start(claim: dict[str, Any], held: Sequence[Slot]) -> subprocess.Popen[bytes]:
    """The run's runner: a session of its own, so that it outlives this worker."""
    folder = run_dir(claim["id"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "claim.json").write_text(json.dumps(claim))
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": slots.visible_devices(held)}
    environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"  # the driver's numbers, by which slots go
    files = [slot.file for slot in held]
    command = [sys.executable, "-m", "dashboard.training.runner", str(folder), *map(str, files)]
    with (folder / "runner.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=files,
        )


def _look_after(claim: dict[str, Any], runner: subprocess.Popen[bytes]) -> None:
    """Wait for the runner's end; where it died without a report, say so at once."""
    while runner.poll() is None:
        if stopping.wait(0.2):
            return
    if runner.returncode == 0:
        return
    failure = endings.say(endings.RUNNER_DIED, code=runner.returncode)
    try:
        client.finish(claim["id"], claim["lease"], "lost", None, failure)
    except (client.Unreachable, client.Refused) as error:
        logger.warning("run %s: %s; its lease will tell", claim["id"], error)


@worker_ready.connect
def _begin(**_: Any) -> None:
    threading.Thread(target=_beat, daemon=True).start()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    stopping.set()


def _beat() -> None:
    """Say every few seconds that this host is there, and send what earlier runners could not."""
    turn = 0
    watchdog = Watchdog()
    remover = Remover(data_dir() / "runs")
    host = Host(data_dir())
    if host.gpus.words and any(name.startswith("gpu:") for name in slots.names()):
        logger.warning("%s", host.gpus.words)
    while not stopping.is_set():
        if watchdog.sees_a_deaf_worker():
            logger.error("wake-ups wait and none is heard: ending, to be started anew")
            os._exit(1)  # runs have processes of their own and go on
        try:
            told = client.heartbeat(socket.gethostname(), _detail(host))
            remover.heed(told.get("deleted", 0))
            if turn % LEFTOVERS_EVERY == 0:
                _send_leftovers()
        except (client.Unreachable, client.Refused, OSError) as error:  # OSError: a full disk
            logger.warning("no heartbeat, or not all that was left over is sent: %s", error)
        turn += 1
        time.sleep(HEARTBEAT)


def _detail(host: Host) -> dict[str, Any]:
    """What the machines page shows of this host."""
    return {
        "slots": slots.names(),
        "pid": os.getpid(),
        "version": told(),
        "readings": _readings(host),
        "gpus": host.gpus.names(),
        "words": host.gpus.words,
    }


def _readings(host: Host) -> dict[str, float]:
    """Nothing where the host does not tell: that must not silence the worker."""
    try:
        return host.read()
    except (OSError, psutil.Error) as error:
        logger.warning("no reading of this host: %s", error)
        return {}


def _send_leftovers() -> None:
    for shipper in shippers(data_dir() / "runs"):
        try:
            shipper.ship()
        except client.Refused as refused:
            logger.warning("run %s: %s", shipper.run_id, refused)
    for samples in sample_shippers(data_dir() / "runs"):
        samples.ship()
