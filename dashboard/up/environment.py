"""Make the project's own environment (.venv) and continue in it. Standard library only.

`up` and `test` keep .venv in step with the lock files. Every other command uses what is there.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dashboard.up import installing
from dashboard.up.installing import say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
REQUIREMENTS = ROOT / "requirements"
LOCKS = {"up": "base", "worker": "base", "test": "test"}  # command -> requirements/<lock>.txt
COVERS = {"base": ["base"], "test": ["test", "base"]}  # what is up to date after installing it


def enter(arguments: Sequence[str]) -> None:
    """Continue in .venv; `up` and `test` make or mend it first. Returns when already in it."""
    lock = LOCKS.get(arguments[1]) if len(arguments) > 1 else None
    if lock:
        ensure(lock)
    elif sys.prefix != sys.base_prefix or not python().exists():
        return  # one's own environment, or a container: as any Django project
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python(), [str(python()), *arguments])


def read_data_option(arguments: Sequence[str]) -> None:
    """`up --data DIR` must be known before the settings are: hand it on as FIXPOINT_DATA."""
    if arguments[1:2] != ["up"]:
        return
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name != "--data":
            continue
        value = value if equals else "".join(arguments[position + 1 : position + 2])
        if value:  # without one, the command's own parser says so
            os.environ["FIXPOINT_DATA"] = str(Path(value).expanduser().resolve())


def ensure(lock: str) -> None:
    """Bring .venv in step with requirements/<lock>.txt and the pinned torch."""
    if is_current(lock):
        return
    with _one_at_a_time():
        if not is_current(lock):
            _install(lock)


def is_current(lock: str) -> bool:
    stamp = _stamp(lock)
    return stamp.exists() and stamp.read_text() == _wanted(lock)


def python() -> Path:
    return VENV / "bin" / "python"


def _install(lock: str) -> None:
    say(f"Fixpoint's own environment ({VENV}) is missing or out of date: bringing it up to date.")
    for name in COVERS:
        _stamp(name).unlink(missing_ok=True)  # half an update is not up to date
    installing.make_environment(VENV)
    installing.install_lock(python(), REQUIREMENTS / f"{lock}.txt")
    installing.install_torch(python(), REQUIREMENTS)
    for name in COVERS[lock]:
        _stamp(name).write_text(_wanted(name))
    say("the environment is ready.")


def _stamp(lock: str) -> Path:
    return VENV / f"fixpoint-{lock}.stamp"


def _wanted(lock: str) -> str:
    """What the stamp must say: changes with the lock, torch's pin, its build and the Python."""
    known = hashlib.sha256()
    for name in (f"{lock}.txt", "torch.in", "torch.txt"):
        known.update((REQUIREMENTS / name).read_bytes())
    known.update(f"{installing.torch_build()} {_python_version()}".encode())
    return known.hexdigest()


def _python_version() -> str:
    """Of .venv's own interpreter; empty where there is none that runs."""
    try:
        answer = subprocess.run([python(), "--version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two commands started together must not install into one environment at once."""
    checkout = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(checkout, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another command is installing packages right now; waiting for it …")
            fcntl.flock(checkout, fcntl.LOCK_EX)
        yield
    finally:
        os.close(checkout)
