"""What follows from an examination: people are told, and a run may be stopped."""

from __future__ import annotations

from typing import Any

from dashboard.health.models import Examination
from dashboard.notices import fatal, telling
from dashboard.runs.models import Run


def act(run: Run, examination: Examination, **signal: Any) -> None:
    """A receiver of dashboard.health.signals.examined, within its transaction."""
    fatal.stop(run, examination.verdicts, examination.step)
    telling.tell(run, examination.verdicts)
