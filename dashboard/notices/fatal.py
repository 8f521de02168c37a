"""Which verdicts may stop a run, where its launcher chose so."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.health.verdict import Verdict
from dashboard.runs import lifecycle
from dashboard.runs.models import Run

# Rules after whose failure no further step can be of use, and which are almost never wrong. Each
# step from a NaN on is trained on nothing. Other failures may still mend themselves, or are the
# reader's to judge: they only tell.
FATAL = frozenset({"non_finite_loss"})


def stop(run: Run, verdicts: Iterable[Verdict], step: int) -> bool:
    """Ask the run to stop where a fatal rule fails. False where nothing was to be asked for."""
    if not run.stop_when_fatal:
        return False
    for verdict in verdicts:
        if verdict["rule"] in FATAL and verdict["state"] == "fail":
            return lifecycle.stop_because(run, _reason(verdict, step))
    return False


def _reason(verdict: Verdict, step: int) -> dict[str, object]:
    """What the run's page tells: messages untranslated, as in verdicts."""
    kept = {name: verdict[name] for name in ("rule", "id", "version", "title", "says")}
    return {**kept, "since_step": verdict["since_step"], "patch": verdict["patch"], "step": step}
