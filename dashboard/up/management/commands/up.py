"""Run the whole installation on this machine, under one supervisor."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.places import app_url_file, data_dir
from dashboard.up import instance, listening, preparing, readiness, redis_server
from dashboard.up.log import Log
from dashboard.up.services import MANAGE, answers, services
from dashboard.up.supervisor import Supervisor


class Command(BaseCommand):
    help = "Serve the dashboard and run its queue: Redis, worker, housekeeping and web in one."

    def add_arguments(self, parser: CommandParser) -> None:
        port = os.environ.get("FIXPOINT_PORT") or None
        parser.add_argument("--host", default="127.0.0.1", help="listen on this address")
        parser.add_argument(
            "--port", type=_port, default=port, help="default: a free one from 8000"
        )
        parser.add_argument("--data", default=data_dir(), help="where everything is kept")
        parser.add_argument("--demo", action="store_true", help="queue two runs to look at")
        parser.add_argument("--no-browser", action="store_true", help="do not open the link")

    def handle(self, *args: Any, **options: Any) -> None:
        data = data_dir()
        try:
            with instance.only(data):
                code = self._serve(data, options)
        except (
            instance.AlreadyRunning,
            listening.CannotListen,
            redis_server.NoRedis,
        ) as problem:
            raise CommandError(str(problem)) from problem
        sys.exit(code)

    def _serve(self, data: Path, options: dict[str, Any]) -> int:
        with listening.listen(options["host"], options["port"]) as web:
            self.stdout.write(f"data in {data}; bringing database and static files up to date …")
            self.stdout.flush()
            preparing.prepare()
            app_url_file().write_text(listening.url(web))
            return asyncio.run(_run(data, web, options))


async def _run(data: Path, web: socket.socket, options: dict[str, Any]) -> int:
    if (url := os.environ.get("REDIS_URL")) and not await answers(url):
        raise CommandError("the Redis that REDIS_URL names does not answer: start it, or unset it")
    wanted = services(data, options["host"], web)
    log = Log(["up", *(service.name for service in wanted)])

    async def greet() -> None:
        await readiness.announce(listening.url(web), log, browser=not options["no_browser"])
        if options["demo"]:
            await _queue_demo(log)

    return await Supervisor(wanted, log).run(greet)


async def _queue_demo(log: Log) -> None:
    """In a process of its own: this one read where Redis is before there was one."""
    process = await asyncio.create_subprocess_exec(
        *MANAGE,
        "demo",
        stdout=PIPE,
        stderr=STDOUT,
        env={**os.environ, "FIXPOINT_DATA": str(data_dir())},
    )
    said, _ = await process.communicate()
    for line in said.decode(errors="replace").splitlines():
        log.write("up", line)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 to 65535")
    return int(text)
