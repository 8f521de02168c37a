"""Deleting what the runs hold that were given up: points, log, files, rows. In small steps.

Each step can be the last one: a purge that is broken off goes on where it was. What a run leaves
is a line that says what it was, by which the workers know which directories to remove.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from time import monotonic

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from dashboard.metrics import store
from dashboard.runs import files
from dashboard.runs.models import Project, Run
from dashboard.storage import usage
from dashboard.storage.models import Purged, Usage

logger = logging.getLogger(__name__)

AT_ONCE = 50  # runs a round


def work(until: float) -> int:
    """Delete marked runs, the oldest mark first, until time.monotonic() says `until`. How many."""
    return sum(_deleted(run, until) for run in _marked() if monotonic() < until)


def gone(run_ids: Iterable[str]) -> list[str]:
    """Those of the ids that are of deleted runs."""
    return list(Purged.objects.filter(run__in=list(run_ids)).values_list("run", flat=True))


def count() -> int:
    """How many runs were deleted ever: a worker that has seen so many has nothing to remove."""
    return Purged.objects.count()


@transaction.atomic
def removed(host: str, folders: dict[str, int]) -> None:
    """Note which directories a worker removed, and how many bytes each held."""
    for purged in Purged.objects.select_for_update().filter(run__in=list(folders)):
        purged.folders[host] = purged.folders.get(host, 0) + folders[purged.run]
        purged.save(update_fields=["folders"])


def _marked() -> list[Run]:
    marked = Run.objects.filter(purged_at__isnull=False).order_by("purged_at", "pk")
    return list(marked.defer("config", "snapshot", "facts")[:AT_ONCE])


def _deleted(run: Run, until: float) -> bool:
    """A file that cannot be removed keeps its own run, and no other."""
    try:
        return _delete(run, until)
    except OSError:
        logger.exception("run %s cannot be deleted yet", run.pk)
        return False


def _delete(run: Run, until: float) -> bool:
    """False where the time was too short: the rest is for the next round."""
    freed = _measured(run)
    files.remove(run.pk)
    store.forget(run.pk, until)
    if monotonic() >= until:
        return False
    with transaction.atomic():
        _note(run, freed)
        run_id = run.pk
        run.delete()  # and with it what is left, and its row in every other table
    logger.info("run %s (%s) was deleted: %d bytes", run_id, run.name, freed)
    return True


def _measured(run: Run) -> int:
    """Before the first byte goes; afterwards as it was measured then."""
    kept = Usage.objects.filter(run=run, measured_at__gte=run.purged_at).first()
    return kept.total if kept else usage.measure([run.pk])


def _note(run: Run, freed: int) -> None:
    Project.objects.filter(pk=run.project_id).update(
        last_number=Greatest(F("last_number"), run.number)
    )
    Purged.objects.create(
        run=run.pk,
        project_id=run.project_id,
        number=run.number,
        name=run.name,
        by=run.purged_by,
        freed=freed,
    )
