"""`manage.py compact`: write the database anew, without the gaps that deleted runs left."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from dashboard.places import data_dir
from dashboard.storage.database import compact, database
from dashboard.up import instance
from dashboard.up.at_work import somebody


class Command(BaseCommand):
    help = "Give the room of deleted runs back to the disk. Needs the database's size in free room."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with instance.only(data_dir()):
                if who := somebody():
                    raise CommandError(f"{who}: stop it first")
                before = database().size
                compact()
        except instance.AlreadyRunning as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"nothing was changed: {error}") from error
        self.stdout.write(f"{before} bytes before, {database().size} now")
