"""The notices app: it hears of each examination."""

from django.apps import AppConfig


class Notices(AppConfig):
    name = "dashboard.notices"

    def ready(self) -> None:
        from dashboard.health.signals import examined
        from dashboard.notices import acting

        examined.connect(acting.act, dispatch_uid="notices")
