"""The search app: it listens for what is saved."""

from django.apps import AppConfig


class Search(AppConfig):
    name = "dashboard.search"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from dashboard.search import indexing

        post_save.connect(indexing.saved_run, "runs.Run", dispatch_uid="search.runs")
        post_save.connect(
            indexing.saved_examination, "health.Examination", dispatch_uid="search.verdicts"
        )
