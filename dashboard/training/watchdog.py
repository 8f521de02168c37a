"""Notices a worker that lives but no longer hears its broker: it happens after reconnections."""

from __future__ import annotations

import time

from redis import RedisError

from dashboard.celery import QUEUE
from dashboard.training import slots
from dashboard.training.broker import redis_client

PATIENCE = 60.0  # seconds that a wake-up may wait while a slot is free


class Watchdog:
    """Looks every few seconds; remembers since when something has been wrong."""

    def __init__(self) -> None:
        self.waiting_since: float | None = None

    def sees_a_deaf_worker(self) -> bool:
        """Wake-ups have waited for PATIENCE seconds, though a slot was free all the time."""
        if not (_wake_ups_wait() and slots.is_any_free()):
            self.waiting_since = None
            return False
        now = time.monotonic()
        self.waiting_since = self.waiting_since or now
        return now - self.waiting_since >= PATIENCE


def _wake_ups_wait() -> bool:
    """False where Redis is away: then nobody could hear anything."""
    try:
        return bool(redis_client().llen(QUEUE))
    except RedisError:
        return False
