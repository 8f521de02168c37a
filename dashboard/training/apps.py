from django.apps import AppConfig


class Training(AppConfig):
    name = "dashboard.training"

    def ready(self) -> None:
        from dashboard.training import checks  # noqa: F401  # registers them
