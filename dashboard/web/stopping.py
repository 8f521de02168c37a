"""What a run's page says where a verdict stopped it: which, what was saved, how to go on."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.notices.wording import message
from dashboard.runs.models import Run, Status
from trainers.catalog import TRAINERS

GOES_ON = "resume_from"  # the setting of trainers that go on from another run's checkpoint


def stopping(run: Run) -> dict[str, Any] | None:
    """None where no verdict asked it to stop."""
    why = run.stopped_by
    if not why:
        return None
    return {
        "rule": why["rule"],
        "title": message(why["title"]),
        "says": message(why["says"]),
        "step": why["step"],
        "stopped": run.status == Status.STOPPED,
        "saved": run.facts.get("checkpoint/step"),
        "sound": run.facts.get("checkpoint/sound/step"),
        "path": run.facts.get("checkpoint/sound/path", run.facts.get("checkpoint/path")),
        **_ways_on(run, why["patch"]),
    }


def _ways_on(run: Run, patch: dict[str, Any]) -> dict[str, Any]:
    """Addresses of the launch form, filled so that it goes on; without them, the trainer cannot."""
    trainer, path = TRAINERS.get(run.trainer), run.facts.get("checkpoint/sound/path")
    if trainer is None:
        return {}
    known = trainer.config.model_fields
    if GOES_ON not in known or not path:
        return {"anew": _form(run, patch)}
    here = {GOES_ON: path}
    mended = {**patch, **here, "resume_other": "accept"}
    return {"on": _form(run, here), "mended": _form(run, mended) if patch else ""}


def _form(run: Run, patch: dict[str, Any]) -> str:
    query = urlencode({"clone": run.pk, "patch": json.dumps(patch)})
    return f"{reverse('launch_trainer', args=[run.trainer])}?{query}"
