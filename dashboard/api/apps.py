from django.apps import AppConfig


class Api(AppConfig):
    name = "dashboard.api"

    def ready(self) -> None:
        from dashboard.api import schema  # noqa: F401 - registers itself
