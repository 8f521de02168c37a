"""`python3 manage.py test [PATHS…]`: the one check command. Standard library only.

Without paths: format, lint, types, import contracts, migrations, production settings, tests; all
of them run, whatever fails. With paths (or pytest's own options): only pytest, on them.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.up.environment import ROOT

PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest"]
# Two at a time, for many tests wait more than they compute; a file stays in one process, and the
# files keep their order, since browsers come last (tests/conftest.py).
SIDE_BY_SIDE = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
PRODUCTION = {
    "FIXPOINT_HTTPS": "1",
    "FIXPOINT_HOSTS": "fixpoint.example.org",
    "FIXPOINT_ORIGINS": "https://fixpoint.example.org",
}


@dataclass(frozen=True)
class Step:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    step: Step
    code: int
    seconds: float

    def __str__(self) -> str:
        verdict = "ok" if self.code == 0 else f"FAILED (exit code {self.code})"
        return f"{self.step.name:<22} {self.seconds:7.1f} s  {verdict}"


def steps() -> list[Step]:
    manage = [PYTHON, "manage.py"]
    production = {**PRODUCTION, "FIXPOINT_SECRET_KEY": secrets.token_urlsafe(64)}
    deploy = [*manage, "check", "--deploy", "--fail-level", "WARNING"]
    return [
        Step("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Step("lint", [PYTHON, "-m", "ruff", "check", "."]),
        Step("types", [PYTHON, "-m", "mypy"]),
        Step("import contracts", [str(Path(PYTHON).with_name("lint-imports")), "--no-logo"]),
        Step("migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Step("production settings", deploy, production),
        Step("tests on PostgreSQL", [PYTHON, "-m", "tests.on_postgres"]),
        Step("tests", [*PYTEST, *SIDE_BY_SIDE]),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run it all, or pytest with `arguments`. 0 when nothing failed."""
    if arguments in (["-h"], ["--help"]):
        say(__doc__ or "")
        return 0
    chosen = [Step("tests", [*PYTEST, *arguments])] if arguments else steps()
    with tempfile.TemporaryDirectory(prefix="fixpoint-test-") as data:
        outcomes = [run(step, data) for step in chosen]
    say("\n" + "\n".join(str(outcome) for outcome in outcomes))
    failed = [outcome.step.name for outcome in outcomes if outcome.code]
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def run(step: Step, data: str) -> Outcome:
    """One step in a data directory of its own, so that no installation is touched."""
    say(f"\n=== {step.name} ===")
    began = time.monotonic()
    code = subprocess.run(
        step.command,
        cwd=ROOT,
        env={**_clean_environment(), **step.environment, "FIXPOINT_DATA": data},
        stdin=subprocess.DEVNULL,
    ).returncode
    outcome = Outcome(step, code, time.monotonic() - began)
    say(str(outcome))
    return outcome


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _clean_environment() -> dict[str, str]:
    """Without what would aim the checks at somebody's running installation."""
    ours = ("FIXPOINT_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
