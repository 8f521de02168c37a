"""What a run was made of, as the change ledger compares it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.runs.models import Run

PLACED = ("CUDA_VISIBLE_DEVICES",)  # follows from the slot that happened to be free
DATA_FACTS = ("data/fingerprint", "data/test_fingerprint", "eval/data")


def origin(run: Run) -> dict[str, Any]:
    """Without what each run has of its own: its directory, its times, its slot."""
    snapshot: Mapping[str, Any] = run.snapshot
    variables = snapshot.get("environment") or {}
    told = {
        "trainer": run.trainer,
        "config": run.config,
        "code": _code(snapshot.get("git") or {}),
        "python": snapshot.get("python"),
        "packages": snapshot.get("packages") or {},
        "machine": snapshot.get("machine") or {},
        "device": snapshot.get("device"),
        "environment": {name: v for name, v in variables.items() if name not in PLACED},
        "data": _data(run),
        "processes": run.processes,
        "seed": run.seed,
    }
    return {name: value for name, value in told.items() if value not in (None, {})}


def _code(git: Mapping[str, Any]) -> dict[str, Any]:
    return {name: git[name] for name in ("commit", "diff_sha256") if name in git}


def _data(run: Run) -> dict[str, Any]:
    found = {name: run.facts[name] for name in DATA_FACTS if name in run.facts}
    if "data" in run.snapshot:
        found["snapshot"] = run.snapshot["data"]
    return found
