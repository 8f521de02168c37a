"""What a project's retention does: runs go into the trash, and from there for good, by their age.

Off until somebody sets it. Locked runs stay, and a run that was restored counts from then on.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from dashboard.runs import lifecycle
from dashboard.runs.models import LIVE, Project, Run
from dashboard.storage import usage

logger = logging.getLogger(__name__)

NAMED = 5  # runs that a preview names
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Part:
    """Runs that would go, oldest first; `names` are the first of them."""

    share: usage.Share
    names: Sequence[str]

    @property
    def unnamed(self) -> int:
        return self.share.runs - len(self.names)


@dataclass(frozen=True)
class Preview:
    """What retention would do now. None: that part of it is off."""

    trash: Part | None
    purge: Part | None


def preview(project: Project, trash_after: int | None, purge_after: int | None) -> Preview:
    """What these days would do now, whatever the project has; nothing is changed."""
    return Preview(
        None if trash_after is None else _part(for_trash(project, trash_after)),
        None if purge_after is None else _part(for_purge(project, purge_after)),
    )


def carry_out() -> int:
    """Do it for every project that has it. How many runs moved."""
    moved = 0
    for project in Project.objects.exclude(trash_after=None, purge_after=None):
        trashed, purged = _trash(project), _purge(project)
        if trashed or purged:
            told = "project %s: by retention %d runs went into the trash, %d are deleted"
            logger.info(told, project.name, trashed, purged)
        moved += trashed + purged
    return moved


def for_trash(project: Project, days: int) -> QuerySet[Run]:
    """Those that ended, and were last restored, so many days ago."""
    before = _before(days)
    ended = Run.objects.filter(project=project, finished_at__lt=before).exclude(status__in=LIVE)
    unrestored = Q(restored_at=None) | Q(restored_at__lt=before)
    return ended.filter(unrestored, trashed_at=None, locked_at=None).order_by("finished_at")


def for_purge(project: Project, days: int) -> QuerySet[Run]:
    """Those that have been in the trash for so many days."""
    trashed = Run.objects.filter(project=project, trashed_at__lt=_before(days))
    return trashed.filter(purged_at=None, locked_at=None).order_by("trashed_at")


def _trash(project: Project) -> int:
    if project.trash_after is None:
        return 0
    return lifecycle.trash_all(for_trash(project, project.trash_after).order_by())


def _purge(project: Project) -> int:
    if project.purge_after is None:
        return 0
    return lifecycle.purge_all(for_purge(project, project.purge_after).order_by(), by="")


def _part(runs: QuerySet[Run]) -> Part:
    return Part(usage.together(runs), list(runs.values_list("name", flat=True)[:NAMED]))


def _before(days: int) -> dt.datetime:
    return now() - dt.timedelta(days=days)
