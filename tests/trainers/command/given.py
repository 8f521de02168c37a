"""Registered commands: a file of them, a run of one, and programs that do as told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.trainers.recorded import events

ROOT = Path(__file__).resolve().parents[3]
PYTHON = sys.executable
NAME = "mine"


class Bench:
    """A directory with the command's program, the administrator's file, and a run directory."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.file = folder / "commands.yaml"
        self.run_dir = folder / "run"

    def script(self, text: str, name: str = "program.py") -> list[str]:
        """The argv of a Python program with this text."""
        (self.home / name).write_text(textwrap.dedent(text), encoding="utf-8")
        return [PYTHON, name]

    def register(self, **definition: Any) -> None:
        command = {"title": "Mine", "directory": str(self.home), **definition}
        self.write(yaml.safe_dump({"commands": {NAME: command}}, allow_unicode=True))

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")
        self.file.chmod(0o644)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "FIXPOINT_COMMANDS": str(self.file), "OMP_NUM_THREADS": "1"}

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """python -m trainers, with its output in console.log as the runner has it."""
        self.run_dir.mkdir(exist_ok=True)
        with (self.run_dir / "console.log").open("ab") as console:
            return subprocess.Popen(
                [PYTHON, "-m", "trainers", NAME, "--run-dir", str(self.run_dir), *arguments],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self, *arguments: str, **environment: str) -> int:
        """The exit code."""
        return self.start("--seed", "7", *arguments, **environment).wait(timeout=120)

    @property
    def console(self) -> bytes:
        return (self.run_dir / "console.log").read_bytes()

    @property
    def events(self) -> list[dict[str, Any]]:
        return events(self.run_dir)

    def curve(self, metric: str) -> list[tuple[int, Any]]:
        return [
            (event["step"], event["values"][metric])
            for event in self.events
            if event["kind"] == "scalars" and metric in event["values"]
        ]

    @property
    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in self.events:
            found |= event["values"] if event["kind"] == "facts" else {}
        return found

    @property
    def complaints(self) -> list[str]:
        return [event["text"] for event in self.events if event.get("name") == "command/unread"]

    @property
    def end(self) -> tuple[str, str]:
        last = self.events[-1]
        assert last["kind"] == "end", last
        return last["status"], last["text"]

    def told(self, name: str = "told.json") -> Any:
        """What the program wrote about itself."""
        return json.loads((self.home / name).read_text(encoding="utf-8"))


def until(true: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What `true` answers, as soon as it is something."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found := true():
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not come true within {seconds:g} s")


def lives(pid: int) -> bool:
    """Whether a process runs: a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"
