"""Print a fresh one-time link into the installation that runs on this data directory."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dashboard.places import data_dir
from dashboard.up import login_link


class Command(BaseCommand):
    help = "Print a fresh link that logs its reader in, once, within 15 minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        url = login_link.address()
        if url is None:
            raise CommandError(
                f"nothing runs with its data in {data_dir()}: start it with"
                " `python3 manage.py up`, or name the data directory with FIXPOINT_DATA,"
                " or the app's address with FIXPOINT_URL"
            )
        self.stdout.write(url + login_link.make())
