from django.apps import AppConfig


class Storage(AppConfig):
    name = "dashboard.storage"
