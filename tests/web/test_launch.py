"""The form is the trainer's config; what is wrong is said beside its field, and nothing is lost."""

import json
from typing import Literal

import pytest

from dashboard.runs.models import Run
from dashboard.web.fields import extent, help_lines, preset_values
from tests.web.given import ran
from trainers.catalog import TRAINERS
from trainers.config import setting

FORM = "/launch/rehearsal/"


def typed(trainer="rehearsal", **changes):
    """A filled-in form."""
    chosen = TRAINERS[trainer].config().model_dump()
    values = {f"config-{name}": value for name, value in chosen.items() if value is not None}
    about = {
        "name": "mine",
        "project": "default",
        "tags": "",
        "seed": "",
        "priority": "0",
        "note": "",
    }
    return {**about, **values, "preset": "", **changes}


def test_the_chooser_shows_every_trainer_and_preset(page_client):
    page = page_client.get("/launch/").content.decode()
    for trainer in TRAINERS.values():
        assert trainer.title in page
        for name in trainer.presets:
            assert f"/launch/{trainer.name}/?preset={name}" in page


@pytest.mark.parametrize("name", TRAINERS)
def test_the_form_has_every_setting_of_the_trainer(page_client, name):
    page = page_client.get(f"/launch/{name}/").content.decode()
    for field in TRAINERS[name].config.model_fields:
        assert f'name="config-{field}"' in page


def test_an_unknown_trainer_is_404(page_client, db):
    assert page_client.get("/launch/nope/").status_code == 404


def test_a_launch_queues_the_run_and_shows_it(page_client):
    answer = page_client.post(FORM, typed(**{"config-steps": "7", "tags": "a, b ,a", "seed": "5"}))
    run = Run.objects.get()
    assert answer["Location"] == run.get_absolute_url()
    assert (run.config["steps"], run.tags, run.seed, run.name) == (7, ["a", "b"], 5, "mine")
    assert str(run.launched_by) == "lin"


def test_a_preset_that_was_not_changed_is_remembered(page_client):
    values = {f"config-{k}": v for k, v in preset_values(TRAINERS["rehearsal"])["nan"].items()}
    page_client.post(FORM, typed(preset="nan", **values))
    assert Run.objects.get().preset == "nan"


def test_a_changed_preset_is_none(page_client):
    page_client.post(FORM, typed(preset="nan"))
    assert Run.objects.get().preset == ""


def test_a_preset_in_the_address_fills_the_form(page_client):
    page = page_client.get(f"{FORM}?preset=nan").content.decode()
    assert 'name="config-nan_at" value="100"' in page


def test_an_unknown_preset_is_said(page_client):
    assert b"no preset nope" in page_client.get(f"{FORM}?preset=nope").content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("config-steps", "0"),
        ("config-steps", "many"),
        ("config-steps", "1.5"),
        ("config-steps", ""),
        ("config-step_seconds", "nan"),
        ("config-step_seconds", "-1"),
        ("config-noise", "1e9"),
        ("seed", "-3"),
        ("seed", "x"),
        ("priority", "9999999"),
        ("project", ""),
        ("name", "x" * 201),
    ],
)
def test_a_bad_value_is_refused_beside_its_field_and_nothing_is_lost(page_client, field, value):
    answer = page_client.post(
        FORM, typed(**{"note": "my thoughts", "tags": "one, two", field: value})
    )
    assert answer.status_code == 422
    assert not Run.objects.exists()
    page = answer.content.decode()
    assert f'id="id_{field}_error"' in page
    assert "my thoughts" in page
    assert 'value="one, two"' in page
    assert f'value="{value}"' in page or value == ""


def test_a_rule_of_the_trainer_itself_is_shown_too(page_client, monkeypatch):
    from trainers.config import ConfigError

    def refuse(*args, **kwargs):
        raise ConfigError({"noise": "too loud for these steps", "": "no"})

    monkeypatch.setattr("dashboard.web.pages.launch_trainer.launch", refuse)
    page = page_client.post(FORM, typed()).content.decode()
    assert "too loud for these steps" in page


def test_a_clone_begins_as_its_run_with_the_change_marked(page_client):
    run = ran("base", config={"noise": 0.3}, tags=["t"], project="p")
    patch = json.dumps({"noise": 0.9})
    page = page_client.get(FORM, {"clone": run.pk, "patch": patch}).content.decode()
    assert 'name="config-noise" value="0.9"' in page
    assert "was 0.3" in page
    assert page.count('class="field changed"') == 1
    assert "noise: 0.3 → 0.9" in page
    assert 'value="base-fix"' in page


def test_a_launched_clone_has_its_run_as_baseline(page_client):
    run = ran("base")
    page_client.post(FORM, typed(clone=run.pk, **{"config-noise": "0.9"}))
    assert Run.objects.get(name="mine").baseline == run


def test_a_refused_clone_stays_a_clone(page_client):
    run = ran("base")
    page = page_client.post(FORM, typed(clone=run.pk, **{"config-noise": "-1"})).content.decode()
    assert f'name="clone" value="{run.pk}"' in page


def test_a_clone_of_a_run_that_is_not_there_is_404(page_client, db):
    assert page_client.get(f"{FORM}?clone=nope").status_code == 404


@pytest.mark.parametrize("patch", ["{", "[1]", "3"])
def test_a_patch_that_cannot_be_read_is_said(page_client, patch):
    run = ran("base")
    answer = page_client.get(FORM, {"clone": run.pk, "patch": patch})
    assert b"cannot be read" in answer.content


def test_a_patch_of_an_unknown_setting_is_named(page_client):
    run = ran("base")
    answer = page_client.get(FORM, {"clone": run.pk, "patch": '{"warp": 9}'})
    assert b"no setting warp" in answer.content


def test_every_setting_explains_itself(page_client):
    for trainer in TRAINERS.values():
        for name, info in trainer.config.model_fields.items():
            assert info.title, name
            assert info.description, name


def test_what_a_help_says_of_each_choice_has_a_line_of_its_own():
    info = setting("a", group="", title="", help="Which one. a: the first. b: the last.")
    info.annotation = Literal["a", "b"]
    assert help_lines(info) == ["Which one.", "a: the first.", "b: the last."]


def test_an_open_lower_end_is_told():
    info = setting(1.0, group="", title="", help="", gt=0, le=1)
    assert extent(info) == "above 0, at most 1"


def test_a_refusal_leads_to_the_fields_that_are_wrong(page_client):
    page = page_client.post(FORM, typed(**{"config-steps": "0"})).content.decode()
    assert '<a href="#field-steps">' in page


def test_the_address_may_name_the_project(page_client):
    page = page_client.get("/launch/rehearsal/?preset=steady&project=fg-clip")
    assert page.context["about"]["project"].value() == "fg-clip"
