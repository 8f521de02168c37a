from django.apps import AppConfig
from django.db.backends.signals import connection_created


class Storage(AppConfig):
    name = "dashboard.storage"

    def ready(self) -> None:
        from dashboard.storage import database

        connection_created.connect(database.prepare)
