"""`manage.py restore FILE`: what a backup holds, into an installation that is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.places import data_dir
from dashboard.storage import backup
from dashboard.up import instance
from dashboard.up.at_work import somebody


class Command(BaseCommand):
    help = "Put a backup into an empty installation, or with --replace in the place of another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="made by `manage.py backup`")
        parser.add_argument(
            "--replace", action="store_true", help="what is here now is gone afterwards"
        )

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        try:
            with instance.only(data_dir()):
                if who := somebody():
                    raise backup.Refused(f"{who}: stop it first")
                put = backup.replace if replace else backup.restore
                manifest = put(file)
        except (*backup.FAILURES, backup.Refused, instance.AlreadyRunning) as error:
            raise CommandError(f"nothing was restored: {error}") from error
        self.stdout.write(f"restored the backup of {manifest.made_at} ({manifest.kind})")
