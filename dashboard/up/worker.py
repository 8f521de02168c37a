"""`python3 manage.py worker`: this machine takes runs. Needs no database, and loads no Django."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

from dashboard.places import app_url_file, data_dir, worker_token_file
from dashboard.up.environment import ROOT

NEEDED = {
    "REDIS_URL": "the address of the app's Redis, as redis://:PASSWORD@HOST:6379/0",
    "FIXPOINT_URL": "the app's address, as https://fixpoint.example.org",
    "FIXPOINT_WORKER_TOKEN": "what `python3 manage.py token create NAME --scope worker` printed",
}


def main() -> None:
    """Become the Celery worker; where a setting is missing, say which and end."""
    missing = [f"  {name}: {what}" for name, what in NEEDED.items() if not _known(name)]
    if missing:
        sys.exit("A worker needs these environment variables:\n" + "\n".join(missing))
    slots = os.environ.get("FIXPOINT_SLOTS") or find_slots()
    os.environ["FIXPOINT_DATA"] = str(data_dir())  # it may be relative to where we were called
    os.chdir(ROOT)
    os.execve(sys.executable, command(slots), {**os.environ, **environment(slots)})


def _known(name: str) -> bool:
    """In the environment, or in the data directory of an app on this machine."""
    files = {"FIXPOINT_URL": app_url_file(), "FIXPOINT_WORKER_TOKEN": worker_token_file()}
    return bool(os.environ.get(name)) or (name in files and files[name].exists())


def find_slots() -> str:
    """One slot per GPU, else one for the CPU: "gpu:0,gpu:1" or "cpu:0"."""
    return ",".join(f"gpu:{number}" for number in gpus()) or "cpu:0"


def gpus() -> list[int]:
    """The numbers of this machine's GPUs by nvidia-smi; none where it does not answer."""
    if not (program := shutil.which("nvidia-smi")):
        return []
    query = [program, "--query-gpu=index", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    numbers = answer.stdout.split() if answer.returncode == 0 else []
    return [int(number) for number in numbers if number.isdigit()]


def command(slots: str) -> list[str]:
    threads = str(len(slots.split(",")))
    words = "-q -A dashboard.celery worker -Q wakeups -P threads --loglevel INFO"
    alone = ["--without-mingle", "--without-gossip"]
    name = f"fixpoint@{socket.gethostname()}"
    # as root Celery warns of pickle, which this worker does not accept
    python = [sys.executable, "-W", "ignore:You're running the worker with superuser"]
    return [*python, "-m", "celery", *words.split(), *alone, "-c", threads, "-n", name]


def environment(slots: str) -> dict[str, str]:
    # CUDA counts the fastest GPU first unless told to count as nvidia-smi does
    return {"FIXPOINT_SLOTS": slots, "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
