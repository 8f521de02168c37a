"""The porter tells the truth."""

import pytest
from django.test import Client
from django.utils.timezone import now

from dashboard.training.models import SILENT_AFTER, Heartbeat

pytestmark = pytest.mark.django_db


def test_what_is_down_is_named_without_a_login():
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    told = answer.json()
    assert told["database"] == "ok"
    assert told["redis"].startswith("down")
    assert told["worker"] == "down: never seen"


def test_a_part_that_beats_is_well_and_one_that_fell_silent_is_not(monkeypatch):
    monkeypatch.setattr("dashboard.api.healthz._redis", lambda: "ok")
    for kind in Heartbeat.Kind.values:
        Heartbeat.objects.create(kind=kind, name="here", seen_at=now())
    assert Client().get("/healthz").status_code == 200
    Heartbeat.objects.filter(kind="worker").update(seen_at=now() - SILENT_AFTER)
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["worker"]) == (503, "down: silent")
