"""What a run was made of: code, packages, machine, command. Imports no torch."""

from __future__ import annotations

import hashlib
import os
import platform
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
GIT_SECONDS = 10
MOST_DIFF = 64 * 1024  # bytes of edits that are kept with a run


def take(seed: int, **more: Any) -> dict[str, Any]:
    """Everything that is known without torch, and `more`: data fingerprint, device."""
    return {
        "git": git(),
        "python": platform.python_version(),
        "packages": packages(),
        "machine": machine(),
        "command": sys.argv,
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "seed": seed,
        **more,
    }


def git(folder: Path = ROOT) -> dict[str, Any]:
    """Commit and, where files were edited since, their difference. Empty without git.

    diff is what `git diff HEAD` printed: files that git does not know yet are named in `changed`
    alone. One longer than MOST_DIFF is left out, and `diff_bytes` says how long it is.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return {}
    difference = _git(folder, "diff", "HEAD")
    changed = _git(folder, "status", "--porcelain").splitlines()
    size = len(difference.encode())
    return {
        "commit": commit.strip(),
        "branch": _git(folder, "rev-parse", "--abbrev-ref", "HEAD").strip(),
        "dirty": bool(changed),
        "diff_sha256": hashlib.sha256(difference.encode()).hexdigest() if difference else "",
        "changed": [line[3:] for line in changed[:100]],
        **({"diff": difference} if size <= MOST_DIFF else {"diff_bytes": size}),
    }


def packages() -> dict[str, str]:
    found = {dist.metadata["Name"]: dist.version for dist in metadata.distributions()}
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def machine() -> dict[str, Any]:
    return {
        "host": socket.gethostname(),
        "system": platform.platform(),
        "processor": platform.machine(),
        "cpus": os.cpu_count(),
        "memory_bytes": _memory(),
    }


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    """What git prints, "" where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            timeout=GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").replace("\0", "\ufffd")  # no database keeps a NUL
