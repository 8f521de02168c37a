"""Which version this is. Read by every process, with or without Django."""

from __future__ import annotations

import functools
import subprocess

from dashboard.places import ROOT

VERSION = "0.1.0"


@functools.cache
def told() -> str:
    """The version, and the commit where this is a checkout: "0.1.0 (8cfd69a)"."""
    if not (ROOT / ".git").exists():
        return VERSION
    question = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return VERSION
    commit = answer.stdout.strip()
    return f"{VERSION} ({commit})" if answer.returncode == 0 and commit else VERSION
