"""Changing the tags of runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from dashboard.runs import lifecycle
from dashboard.runs.models import Run

LONGEST = 60  # characters of a tag
MOST = 50  # tags of a run


def read_tags(text: str) -> list[str]:
    """Of `a, b c`: what stands between the commas, each once."""
    parts = (part.strip()[:LONGEST] for part in text.replace("，", ",").split(","))
    return list(dict.fromkeys(part for part in parts if part))


def change(run_ids: Iterable[str], add: Sequence[str], remove: Sequence[str]) -> int:
    """Add and take away tags; how many runs changed. A run keeps its first MOST tags."""
    return sum(_change(run_id, add, remove) for run_id in sorted(run_ids))


@transaction.atomic
def _change(run_id: str, add: Sequence[str], remove: Sequence[str]) -> bool:
    run = Run.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        return False
    kept = [tag for tag in run.tags if tag not in remove]
    tags = [*kept, *(tag for tag in add if tag not in kept)][:MOST]
    if tags == run.tags:
        return False
    run.tags = tags
    run.save(update_fields=["tags"])  # indexing.py hears of it
    lifecycle.touch([run.pk])
    return True
