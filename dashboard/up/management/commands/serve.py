"""The web server of an installation whose parts run by themselves (containers, systemd)."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboard.places import ROOT, data_dir
from dashboard.up import preparing
from dashboard.up.services import UVICORN, WEB


class Command(BaseCommand):
    help = "Bring the database and static files up to date, then serve the web part alone."

    def add_arguments(self, parser: CommandParser) -> None:
        port = os.environ.get("FIXPOINT_PORT", "8000")
        parser.add_argument("--host", default="127.0.0.1", help="listen on this address")
        parser.add_argument("--port", default=port, help="default: FIXPOINT_PORT, else 8000")

    def handle(self, *args: Any, host: str, port: str, **options: Any) -> None:
        preparing.prepare()
        self.stdout.write(f"serving on {host} port {port}")
        self.stdout.flush()
        os.environ["FIXPOINT_DATA"] = str(data_dir())  # it may be relative to where we were called
        os.chdir(ROOT)
        command = [*UVICORN, "--host", host, "--port", port]
        os.execve(sys.executable, command, WEB | os.environ)
