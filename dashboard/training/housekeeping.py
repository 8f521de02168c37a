"""What nobody else would notice: expired leases, queued runs without a wake-up, old runs."""

from __future__ import annotations

import logging
import socket
import time

from django.db import DatabaseError
from django.utils.timezone import now
from redis import RedisError

from dashboard.celery import QUEUE
from dashboard.health.examination import examine
from dashboard.health.watching import silent, watch
from dashboard.runs import lifecycle
from dashboard.runs.models import Run, Status
from dashboard.storage.chores import Chores
from dashboard.training import client, endings
from dashboard.training.broker import redis_client
from dashboard.training.launching import wake
from dashboard.training.models import Heartbeat

logger = logging.getLogger(__name__)

WAKE_UPS = 8  # waiting at most: each wakes a worker that claims until nothing is left
GRACE = 5.0  # seconds that runners have to renew their leases after the app was away


class House:
    """Keeps house, round by round."""

    def __init__(self) -> None:
        self.app_there_since: float | None = None
        self.chores = Chores()

    def keep(self) -> None:
        """One round. While the app was away nobody could renew: then no lease is held expired.

        Nor while nothing could be written, as on a full disk.
        """
        try:
            _beat()
        except DatabaseError:
            self.app_there_since = None
            raise
        self._look_after_leases()
        top_up_wake_ups()
        for run_id in silent():
            watch(run_id)
        self.chores.do()

    def _look_after_leases(self) -> None:
        if not client.app_answers():
            self.app_there_since = None
        elif self.app_there_since is None:
            self.app_there_since = time.monotonic()
        elif time.monotonic() - self.app_there_since >= GRACE:
            requeue_expired()


def _beat() -> None:
    Heartbeat.objects.update_or_create(
        kind=Heartbeat.Kind.HOUSEKEEPING, name=socket.gethostname(), defaults={"seen_at": now()}
    )


def requeue_expired() -> None:
    """Runs whose holder fell silent wait again, or are given up."""
    for run_id, lease in lifecycle.expired():
        status = lifecycle.lose(run_id, lease, endings.SILENT, endings.say(endings.SILENT))
        if status is None:
            continue
        logger.warning("run %s: lease expired, now %s", run_id, status)
        if status == Status.LOST:
            examine(Run.objects.get(pk=run_id))


def top_up_wake_ups() -> None:
    """As many wake-ups as queued runs, up to WAKE_UPS: some may have been lost with the broker."""
    queued = Run.objects.filter(status=Status.QUEUED, archived_at=None).count()
    if not queued:
        return
    try:
        waiting = _waiting()
    except RedisError as error:
        logger.warning("Redis does not answer (%s): %d runs wait", error, queued)
        return
    for _ in range(min(queued, WAKE_UPS) - waiting):
        if not wake():
            return


def _waiting() -> int:
    return int(redis_client().llen(QUEUE))
