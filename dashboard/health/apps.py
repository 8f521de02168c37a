"""The health app."""

from django.apps import AppConfig


class Health(AppConfig):
    name = "dashboard.health"
