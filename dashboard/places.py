"""Where an installation keeps its things. Read by every process, with or without Django."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """FIXPOINT_DATA, else `data` beside manage.py."""
    return Path(os.environ.get("FIXPOINT_DATA") or ROOT / "data").expanduser().resolve()


def run_dir(run_id: str) -> Path:
    return data_dir() / "runs" / run_id


def app_url_file() -> Path:
    """Written by `up`: where this installation's app listens."""
    return data_dir() / "app-url"


def worker_token_file() -> Path:
    """Written by `up`: the token of this machine's own worker."""
    return data_dir() / "worker-token"


def login_link_file() -> Path:
    """Written by `up`: the hash and the end of the one-time login link."""
    return data_dir() / "login-once"
