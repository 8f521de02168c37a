"""What a run was made of, by what its program took down when it began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.runs.models import Run

PLACED = ("CUDA_VISIBLE_DEVICES",)  # follows from the slot that happened to be free
DATA_FACTS = ("data/fingerprint", "data/test_fingerprint", "eval/data")
NEW_FILES = "?"  # edits of which no fingerprint was taken: git's difference holds no new files


def origin(run: Run) -> dict[str, Any]:
    """Without what is not told, and what each run has of its own: its directory, times and slot.

    A program that reports from elsewhere may have sent a snapshot of any shape.
    """
    taken: Mapping[str, Any] = run.snapshot if isinstance(run.snapshot, dict) else {}
    variables = _mapping(taken, "environment")
    told = {
        "trainer": run.trainer,
        "config": run.config,
        "code": _code(_mapping(taken, "git")),
        "python": taken.get("python"),
        "packages": _mapping(taken, "packages"),
        "machine": _mapping(taken, "machine"),
        "device": taken.get("device"),
        "environment": {name: v for name, v in variables.items() if name not in PLACED},
        "data": _data(run.facts, taken),
        "processes": run.processes,
        "seed": run.seed,
    }
    return {name: value for name, value in told.items() if value not in (None, {})}


def edits(run: Run) -> str:
    """What was edited since the commit, as git told it; "" where nothing was, or none was kept."""
    taken = run.snapshot if isinstance(run.snapshot, dict) else {}
    return str(_mapping(taken, "git").get("diff", ""))


def _code(git: Mapping[str, Any]) -> dict[str, Any]:
    """diff_sha256: of the edits since the commit; "" for none."""
    found = {name: git[name] for name in ("commit", "diff_sha256") if name in git}
    if git.get("dirty") and not found.get("diff_sha256"):
        found["diff_sha256"] = NEW_FILES
    return found


def _data(facts: Mapping[str, Any], taken: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: facts[name] for name in DATA_FACTS if name in facts}
    if "data" in taken:
        found["snapshot"] = taken["data"]
    return found


def _mapping(taken: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = taken.get(name)
    return value if isinstance(value, dict) else {}
