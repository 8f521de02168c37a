"""Fill in the causes of the verdicts that are there already, and since when they have been known."""

from typing import Any

from django.db import migrations

AT_ONCE = 500
AGAINST = ("fail", "broken", "warn")


def fill(apps: Any, schema_editor: Any) -> None:
    standing = apps.get_model("search", "Standing")
    for found in apps.get_model("health", "Examination").objects.iterator(AT_ONCE):
        rows = {row.rule: row for row in standing.objects.filter(run_id=found.run_id)}
        for verdict in found.verdicts:
            if row := rows.get(verdict["rule"]):
                _tell(row, verdict, found.made_at)
        standing.objects.bulk_update(rows.values(), ["cause", "held_back", "since"])


def _tell(row: Any, verdict: Any, made_at: Any) -> None:
    causes = verdict.get("causes") if verdict["state"] in AGAINST else None
    row.cause = causes[0]["text"] if causes else ""
    row.held_back = verdict.get("held_back") or ""
    row.since = made_at


class Migration(migrations.Migration):
    dependencies = [("search", "0003_standing_causes"), ("health", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
