from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0004_life"),
        ("search", "0002_index"),
    ]

    operations = [
        migrations.AddField("standing", "cause", models.TextField(blank=True)),
        migrations.AddField("standing", "held_back", models.CharField(blank=True, max_length=20)),
        migrations.AddField("standing", "since", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "standing",
            models.Index(
                condition=models.Q(("state__in", ("fail", "broken", "warn"))),
                fields=["state", "rule", "run"],
                name="standings_against_runs",
            ),
        ),
    ]
