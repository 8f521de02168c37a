"""`manage.py backup FILE`: everything that the app keeps, in one file, while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dashboard.storage import backup


class Command(BaseCommand):
    help = "Write the database and the samples' files into a new file, while the app runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the new file; its folder must be there")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            manifest = backup.write(file)
        except backup.FAILURES as error:
            raise CommandError(f"no backup was made: {error}") from error
        samples = manifest.members - 1
        self.stdout.write(
            f"{file}: {manifest.kind} and {samples} files of samples,"
            f" {file.stat().st_size} bytes, sha256 of the content {manifest.sha256}"
        )
