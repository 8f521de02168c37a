"""Which processes make up an installation on one machine, and how each is started."""

from __future__ import annotations

import functools
import os
import socket
import sys
from pathlib import Path

import redis.asyncio
from redis.exceptions import RedisError

from dashboard.up import redis_server, worker
from dashboard.up.child import Service
from dashboard.up.environment import ROOT

# Each request has a thread; with an arena for each, glibc would keep what large posts once took.
WEB = {"MALLOC_ARENA_MAX": "2"}
LOCAL_HOSTS = "localhost,127.0.0.1,[::1]"
MANAGE = [sys.executable, str(ROOT / "manage.py")]
UVICORN = [
    *(sys.executable, "-m", "uvicorn", "dashboard.asgi:application", "--lifespan", "off"),
    *("--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "3"),
]
REDIS_CHATTER = (
    r"oO0OoO0|version=|Configuration loaded|Server initialized|Memory overcommit|signal-handler"
    r"|User requested shutdown|bye bye"
)
WORKER_CHATTER = r"^worker: "
WEB_CHATTER = r"Service Unavailable: /healthz"  # while the others start; /healthz itself says it


def services(data: Path, host: str, web: socket.socket) -> list[Service]:
    """In the order of their start. A Redis of its own, unless REDIS_URL names one."""
    embedded = [] if os.environ.get("REDIS_URL") else [_redis(data)]
    environment = _environment(data, host)
    slots = os.environ.get("FIXPOINT_SLOTS") or worker.find_slots()
    return [
        *embedded,
        Service("housekeeping", [*MANAGE, "housekeeping"], environment),
        Service(
            "worker",
            worker.command(slots),
            environment | worker.environment(slots),
            chatter=WORKER_CHATTER,
        ),
        Service(
            "web",
            [*UVICORN, "--fd", str(web.fileno())],
            WEB | environment,
            descriptors=(web.fileno(),),
            release=web.close,  # else those that stop later wait for an answer that never comes
            chatter=WEB_CHATTER,
        ),
    ]


async def answers(url: str) -> bool:
    """Whether a Redis is there, and has read its file."""
    client = redis.asyncio.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        await client.ping()
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()
    return True


def _redis(data: Path) -> Service:
    """Sets REDIS_URL, for this process and for all that it starts."""
    socket_file = redis_server.socket_path(data)
    url = os.environ["REDIS_URL"] = f"unix://{socket_file}?db=0"
    make = functools.partial(redis_server.command, redis_server.find(), data, socket_file)
    ready = functools.partial(answers, url)
    return Service("redis", make(), ready=ready, prepare=make, chatter=REDIS_CHATTER)


def _environment(data: Path, host: str) -> dict[str, str]:
    """This machine's own worker and health check must get in, whatever hosts are allowed."""
    hosts = os.environ.get("FIXPOINT_HOSTS") or f"{socket.gethostname()},{host}"
    return {
        "FIXPOINT_DATA": str(data),
        "FIXPOINT_HOSTS": f"{LOCAL_HOSTS},{hosts}",
        "PYTHONUNBUFFERED": "1",
    }
