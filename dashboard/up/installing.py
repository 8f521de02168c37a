"""Put packages into the project's environment, and say what takes long. Standard library only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROGRESS_SECONDS = 5.0  # between two lines of progress
TAIL = 25  # lines of a failed pip that are shown
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# pip repeats this for every configured location; it says nothing about what we install
HARMLESS = re.compile(r"^(WARNING: .*(find-links|Location|root user)|\[notice\]|\s*$)")


class InstallError(SystemExit):
    """Ends the command with the message on stderr."""


def say(text: str) -> None:
    sys.stdout.write(f"fixpoint: {text}\n")
    sys.stdout.flush()


def make_environment(folder: Path) -> None:
    """A virtual environment with pip in `folder`; one that works is left alone."""
    if _works(folder / "bin" / "python"):
        return
    say(f"making a virtual environment with Python {sys.version.split()[0]} …")
    command = [sys.executable, "-m", "venv", "--clear", str(folder)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise InstallError(_no_environment(made.stdout + made.stderr))


def install_lock(python: Path, lock: Path) -> None:
    """Everything that `lock` names, each file checked against its hash."""
    total = sum("==" in line for line in lock.read_text().splitlines())
    say(f"installing the packages of requirements/{lock.name} (about {total}) …")
    if failure := pip(python, "--require-hashes", "-r", str(lock), total=total):
        raise InstallError(_failed(f"installing requirements/{lock.name}", failure))


def install_torch(python: Path, requirements: Path) -> None:
    """torch as pinned, in the build that fits the machine: CPU where there is no NVIDIA driver."""
    pin = torch_pin(requirements / "torch.in")
    if _has_torch(python, pin):
        return
    if torch_build() == "cpu" and _install_cpu_torch(python, pin):
        return
    say(f"installing torch {pin} from the package index (this can take minutes) …")
    if failure := pip(python, "--require-hashes", "-r", str(requirements / "torch.txt")):
        raise InstallError(_failed(f"installing torch {pin}", failure))


def torch_pin(source: Path) -> str:
    found = re.search(r"^torch==(\S+)", source.read_text(), re.MULTILINE)
    if not found:
        raise InstallError(f"{source} pins no torch: a line torch==… is expected in it")
    return found[1]


def torch_build() -> str:
    """ "cpu" on a Linux machine without an NVIDIA driver: PyPI's build would bring 3 GB of CUDA."""
    no_gpu = sys.platform == "linux" and not shutil.which("nvidia-smi")
    return "cpu" if no_gpu else "default"


def pip(python: Path, *arguments: str, total: int = 0) -> str:
    """Empty when it went well, else what pip said last. Progress is told every few seconds."""
    command = [str(python), "-m", "pip", "install", "--progress-bar", "off", *arguments]
    process = subprocess.Popen(
        command,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = _watch(process, total)
    return "\n".join(said[-TAIL:]) if process.wait() else ""


def _watch(process: subprocess.Popen[str], total: int) -> list[str]:
    said: list[str] = []
    collected, told = 0, time.monotonic()
    for line in process.stdout or ():
        if HARMLESS.match(line):
            continue
        said.append(line.rstrip())
        collected += line.startswith("Collecting ")
        unpacking = line.startswith("Installing collected")
        if unpacking or time.monotonic() - told > PROGRESS_SECONDS:
            told = time.monotonic()
            say(_progress(line, collected, total))
    return said


def _progress(line: str, collected: int, total: int) -> str:
    words = line.split()
    if words[0] not in ("Collecting", "Downloading", "Processing", "Using"):
        return "    unpacking …"
    counted = f"{collected} of about {total}: " if total else ""
    return f"    {counted}{words[0].lower()} {Path(words[1]).name}"


def _install_cpu_torch(python: Path, pin: str) -> bool:
    """From a wheel that pip's own configuration knows, else PyTorch's index. False: neither has."""
    say(f"installing torch {pin} for the CPU (no NVIDIA driver here) …")
    local = ["--no-index", "--no-deps", f"torch=={pin}+cpu"]
    if not pip(python, *local):
        return True
    patience = ["--retries", "0", "--timeout", "5"]
    failure = pip(python, "--no-deps", *patience, "--index-url", CPU_INDEX, f"torch=={pin}+cpu")
    if failure:
        say(f"{CPU_INDEX} did not give it; the larger build with CUDA works here as well.")
    return not failure


def _has_torch(python: Path, pin: str) -> bool:
    """The pinned version, and with GPU support where the machine has a driver."""
    ask = "import importlib.metadata as m; print(m.version('torch'))"
    version = subprocess.run([python, "-c", ask], capture_output=True, text=True).stdout.strip()
    return version == pin or (version == f"{pin}+cpu" and torch_build() == "cpu")


def _works(python: Path) -> bool:
    try:
        return not subprocess.run(
            [python, "-m", "pip", "--version"], capture_output=True
        ).returncode
    except OSError:
        return False


def _no_environment(said: str) -> str:
    return (
        f"fixpoint: could not make a virtual environment.\n{said.strip()}\n"
        f"On Debian or Ubuntu: sudo apt install python3-venv, then run the command again."
    )


def _failed(what: str, said: str) -> str:
    return (
        f"fixpoint: {what} failed. pip said:\n{said}\n"
        "Check the network (or pip's index and proxy settings) and run the command again:"
        " it continues where it stopped."
    )
