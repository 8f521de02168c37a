"""Fill the search's tables from the runs that are there already."""

from typing import Any

from django.db import migrations

from dashboard.search import facets

AT_ONCE = 500


def fill(apps: Any, schema_editor: Any) -> None:
    for run in apps.get_model("runs", "Run").objects.select_related("project").iterator(AT_ONCE):
        _index(apps, run)
    standing = apps.get_model("search", "Standing")
    for found in apps.get_model("health", "Examination").objects.iterator(AT_ONCE):
        states = {verdict["rule"]: verdict["state"] for verdict in found.verdicts}
        standing.objects.bulk_create(
            standing(run_id=found.run_id, rule=rule, state=state) for rule, state in states.items()
        )


def _index(apps: Any, run: Any) -> None:
    param, tag = apps.get_model("search", "Param"), apps.get_model("search", "Tag")
    found = facets.params(run.config)
    param.objects.bulk_create(param(run_id=run.pk, name=n, **row) for n, row in found.items())
    tag.objects.bulk_create(tag(run_id=run.pk, name=name) for name in facets.tags(run.tags))
    names = [run.name, run.trainer, run.preset, run.project.name]
    text = facets.words(*names, *map(str, run.tags), run.note)
    apps.get_model("search", "Words").objects.create(run_id=run.pk, text=text, note=run.note)


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_table"),
        ("runs", "0001_initial"),
        ("health", "0001_initial"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
