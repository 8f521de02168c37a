from django.apps import AppConfig


class Up(AppConfig):
    name = "dashboard.up"
