"""Print a fresh one-time link into the installation that runs on this data directory."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.places import app_url_file, data_dir
from dashboard.up import login_link


class Command(BaseCommand):
    help = "Print a fresh link that logs its reader in, once, within 15 minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_url() + login_link.make())


def _url() -> str:
    """Where `up` listens, else FIXPOINT_URL."""
    if app_url_file().exists():
        return app_url_file().read_text().strip()
    if url := os.environ.get("FIXPOINT_URL"):
        return url.rstrip("/")
    raise CommandError(
        f"nothing runs with its data in {data_dir()}: start it with `python3 manage.py up`,"
        " or name the data directory with FIXPOINT_DATA, or the app's address with FIXPOINT_URL"
    )
