"""Is there room on the app's disk? Asked before anything is taken in, and by every page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from dashboard.places import data_dir

NO_ROOM = ("disk is full", "no space left", "disk quota exceeded", "53100")


class Level(StrEnum):
    OK = "ok"
    LOW = "low"  # every page warns
    FULL = "full"  # nothing more is taken in


class NoRoom(Exception):
    """Nothing was stored; whoever sent it keeps it and tries again."""


@dataclass(frozen=True)
class Disk:
    """The fullest of the disks that the app writes to. In bytes."""

    place: Path
    size: int
    free: int

    @property
    def used(self) -> int:
        return self.size - self.free

    @property
    def level(self) -> Level:
        if self.free < settings.DISK_STOP:
            return Level.FULL
        return Level.LOW if self.free < settings.DISK_WARN else Level.OK


def look() -> Disk:
    """Costs one statvfs a place: a few microseconds."""
    return min((_disk(place) for place in _places()), key=lambda disk: disk.free)


def make_sure_of_room() -> None:
    """NoRoom where so little is left that the rest is kept for the app's own book-keeping.

    Leases, logins and deletions go on: with them the disk can be made free again.
    """
    disk = look()
    if disk.level == Level.FULL:
        told = _(
            "the app's disk has {free} GB left, and takes nothing in below {least} GB: nothing was"
            " stored; keep the data and send it again. An administrator makes room on the page"
            " Storage"
        )
        free, least = f"{disk.free / 1e9:.2f}", f"{settings.DISK_STOP / 1e9:g}"
        raise NoRoom(told.format(free=free, least=least))


def is_full(error: DatabaseError) -> bool:
    """Whether the database failed because its disk is full."""
    told = f"{error} {getattr(error.__cause__, 'sqlstate', '')}".lower()
    return any(words in told for words in NO_ROOM)


def _places() -> set[Path]:
    places = {data_dir()}
    if connection.vendor == "sqlite":
        places.add(Path(connection.settings_dict["NAME"]).resolve().parent)
    return places


def _disk(place: Path) -> Disk:
    usage = shutil.disk_usage(place)
    return Disk(place, usage.total, usage.free)
