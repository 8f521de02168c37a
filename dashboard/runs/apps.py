from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_delete


class Runs(AppConfig):
    name = "dashboard.runs"

    def ready(self) -> None:
        from dashboard.runs.models import Run

        post_delete.connect(_remove_files, sender=Run, dispatch_uid="a run's files")


def _remove_files(instance: Any, **_: Any) -> None:
    """A deleted run's files go as soon as the deletion is certain."""
    from dashboard.runs import files

    run_id = instance.pk  # Django takes it off the instance before the commit
    transaction.on_commit(lambda: files.remove(run_id), robust=True)
