"""The comparison app."""

from django.apps import AppConfig


class Comparison(AppConfig):
    name = "dashboard.comparison"
