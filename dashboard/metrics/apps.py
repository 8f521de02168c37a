from django.apps import AppConfig


class Metrics(AppConfig):
    name = "dashboard.metrics"
