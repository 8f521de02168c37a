"""`manage.py housekeeping`: keeps house and tells people what is new, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from dashboard.comparison.announcing import announce
from dashboard.notices.outbox import Postman
from dashboard.training.housekeeping import House

logger = logging.getLogger(__name__)

EVERY = 2.0  # seconds


class Command(BaseCommand):
    help = (
        "Queue runs again whose machine fell silent, wake workers, tell answers of studies, send"
        " notices, until stopped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        house = House()
        Postman(stop).start()
        while not stop.is_set():
            try:
                house.keep()
                announce()
            except DatabaseError:
                logger.exception("the database does not answer; trying again")
            close_old_connections()
            stop.wait(EVERY)
