"""Which notices a person has not seen yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.timezone import now

from dashboard.notices.models import Notice

RINGS = timedelta(days=7)  # so long the bell tells of a notice; the page keeps it


def unseen(user: User) -> QuerySet[Notice]:
    """The newest first; not those of runs in the trash, nor from before the person came."""
    since = max(user.date_joined, now() - RINGS)
    told = Notice.objects.filter(told_at__gte=since, run__trashed_at=None)
    return told.exclude(seen_by=user).select_related("run")


def see(user: User, notices: Iterable[int]) -> None:
    """Seen once, seen for good, unless it gets worse. What does not exist is left out."""
    links = Notice.seen_by.through
    found = Notice.objects.filter(pk__in=list(notices)).values_list("pk", flat=True)
    links.objects.bulk_create(
        [links(notice_id=pk, user_id=user.pk) for pk in found], ignore_conflicts=True
    )
