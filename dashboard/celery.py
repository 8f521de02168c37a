"""The Celery application: it carries wake-ups, the database holds the queue."""

from __future__ import annotations

import os

from celery import Celery

QUEUE = "wakeups"


def broker_url() -> str:
    """Celery's form of REDIS_URL; `unix://…` becomes kombu's `redis+socket://…`."""
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    if url.startswith("unix://"):
        path, _, query = url.removeprefix("unix://").partition("?")
        return f"redis+socket://{path}?virtual_host={query.removeprefix('db=') or '0'}"
    return url


app = Celery("fixpoint", broker=broker_url(), include=["dashboard.training.tasks"])
app.conf.update(
    task_default_queue=QUEUE,
    task_ignore_result=True,
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 7 * 86400,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
    },
)
