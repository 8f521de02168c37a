"""What programs learn of the trainers."""

import pytest

from trainers.catalog import TRAINERS

pytestmark = pytest.mark.django_db


def test_every_trainer_is_listed(as_scope):
    told = as_scope("viewer").get("/api/trainers/").json()
    assert [one["name"] for one in told] == list(TRAINERS)
    assert all(one["title"] and one["summary"] for one in told)


@pytest.mark.parametrize("name", TRAINERS)
def test_a_trainer_tells_settings_presets_metrics_and_fixes(as_scope, name):
    told = as_scope("viewer").get(f"/api/trainers/{name}/").json()
    trainer = TRAINERS[name]
    assert set(told["schema"]["properties"]) == set(trainer.config.model_fields)
    assert [preset["name"] for preset in told["presets"]] == list(trainer.presets)
    assert [metric["name"] for metric in told["metrics"]] == [m.name for m in trainer.metrics]
    assert [fix["patch"] for fix in told["fixes"]] == [dict(fix.patch) for fix in trainer.fixes]


def test_a_presets_values_are_what_a_launch_takes(as_scope):
    member = as_scope("member")
    preset = member.get("/api/trainers/rehearsal/").json()["presets"][0]
    order = {"trainer": "rehearsal", "config": preset["values"]}
    answer = member.post("/api/runs/", order, content_type="application/json")
    assert answer.json()["config"] == preset["values"]


def test_an_unknown_trainer_is_not_found(as_scope):
    assert as_scope("viewer").get("/api/trainers/nope/").status_code == 404


def test_nobody_is_told_without_a_login(client):
    assert client.get("/api/trainers/").status_code == 401
