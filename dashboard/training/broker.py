"""Redis itself, for asking how it is."""

from __future__ import annotations

import os

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def redis_client() -> redis.Redis:
    """A client that gives up within a second."""
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    never = Retry(NoBackoff(), retries=0)
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=never)
