"""Where the administrator's file lies. The trainers know the installation by its environment."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "FIXPOINT_COMMANDS"


def commands_file() -> Path:
    """FIXPOINT_COMMANDS, else commands.yaml in the data directory."""
    if named := os.environ.get(VARIABLE):
        return Path(named).expanduser().absolute()
    data = Path(os.environ.get("FIXPOINT_DATA") or ROOT / "data")
    return data.expanduser().absolute() / "commands.yaml"


def is_named() -> bool:
    """Whether somebody asked for a certain file, which then has to be there."""
    return bool(os.environ.get(VARIABLE))
