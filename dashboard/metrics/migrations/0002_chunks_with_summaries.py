"""The tables of the hot tail, of chunks with summaries and of the ledger, beside the old chunks.

The old table keeps its name until 0004 drops it: PostgreSQL would keep the names of its indexes.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def owner(to: str, name: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name=name, to=to)


BLOBS = {
    "metrics_tail": ["data"],
    "metrics_clock": ["data"],
    "metrics_packed": ["coarse", "fine", "data"],
}


def store_as_they_are(apps: Any, editor: Any) -> None:
    """PostgreSQL would try to compress each of them once more, for nothing."""
    if editor.connection.vendor == "postgresql":
        for table, columns in BLOBS.items():
            for column in columns:
                editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial"), ("runs", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameModel("Chunk", "OldChunk"),
                migrations.AlterModelTable("OldChunk", "metrics_chunk"),
                migrations.AlterField("OldChunk", "curve", owner("metrics.curve", "old_chunks")),
            ]
        ),
        migrations.CreateModel(
            "Ledger",
            [
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="ledger",
                        serialize=False,
                        to="runs.run",
                    ),
                ),
                ("lines", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                ("sent", models.BigIntegerField(default=0)),
                ("stored", models.BigIntegerField(default=0)),
                ("rejected", models.BigIntegerField(default=0)),
                ("late", models.BigIntegerField(default=0)),
                ("repeated", models.BigIntegerField(default=0)),
                ("ahead", models.BigIntegerField(default=0)),
                ("again", models.BigIntegerField(default=0)),
                ("gaps", models.BigIntegerField(default=0)),
                ("loose", models.PositiveIntegerField(default=0)),
                ("tail", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            "Tail",
            [
                ("id", KEY),
                ("points", models.PositiveIntegerField()),
                ("folded", models.BooleanField(default=False)),
                ("data", models.BinaryField()),
                ("run", owner("runs.run", "tails")),
            ],
        ),
        migrations.CreateModel(
            "Clock",
            [
                ("id", KEY),
                ("data", models.BinaryField()),
                ("run", owner("runs.run", "clocks")),
            ],
        ),
        migrations.CreateModel(
            "Chunk",
            [
                ("id", KEY),
                ("curve", owner("metrics.curve", "chunks")),
                ("clock", owner("metrics.clock", "chunks")),
                ("attempt", models.PositiveIntegerField()),
                ("count", models.PositiveIntegerField()),
                ("first_step", models.BigIntegerField()),
                ("last_step", models.BigIntegerField()),
                ("first_time", models.FloatField()),
                ("last_time", models.FloatField()),
                ("coarse", models.BinaryField()),
                ("fine", models.BinaryField()),
                ("data", models.BinaryField()),
            ],
            options={"db_table": "metrics_packed"},
        ),
        migrations.AddField("curve", "stored", models.BigIntegerField(default=0)),
        migrations.AddField("curve", "front", models.BigIntegerField(default=-1)),
        migrations.AddField("curve", "front_attempt", models.PositiveIntegerField(default=0)),
        migrations.AddField("journal", "seal", models.CharField(blank=True, max_length=16)),
        migrations.AddField("journal", "seal_from", models.BigIntegerField(default=0)),
        migrations.RunPython(store_as_they_are, migrations.RunPython.noop),
    ]
