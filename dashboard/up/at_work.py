"""Is anybody at work on the database? Asked before it is replaced or written anew."""

from __future__ import annotations

from django.db import connection

from dashboard.training.models import Heartbeat


def somebody() -> str:
    """Who, in words; "" where nobody is.

    Housekeeping's sign of life stands for the app: a worker's come in through the web server.
    """
    if Heartbeat._meta.db_table not in connection.introspection.table_names():
        return ""
    alive = [beat for beat in Heartbeat.objects.all() if beat.is_alive]
    return f"{alive[0].kind} on {alive[0].name} is at work with this database" if alive else ""
