"""Fixes on the launch page: what each changes in the form as it is, and who sees its symptom."""

import pytest

from dashboard.health.rules import RULES
from dashboard.web.pages import launch_trainer
from tests.web.test_launch import typed
from trainers.catalog import TRAINERS
from trainers.config import Fix

FORM = "/launch/rehearsal/"
FIXES = (
    Fix("calm", "Less noise", "The loss <jumps>.", {"noise": 0.25}, "loss_not_converging"),
    Fix("short", "Fewer steps", "It takes long.", {"steps": 7}, "no_rule_yet"),
)
ALL = [(name, fix) for name, trainer in TRAINERS.items() for fix in trainer.fixes]


@pytest.fixture
def fixable(monkeypatch):
    """The rehearsal, with fixes."""
    from dataclasses import replace

    catalogue = {"rehearsal": replace(TRAINERS["rehearsal"], fixes=FIXES)}
    monkeypatch.setattr(launch_trainer, "TRAINERS", catalogue)


@pytest.mark.parametrize(("name", "fix"), ALL, ids=[f"{n}-{f.name}" for n, f in ALL])
def test_every_fix_fits_its_trainer_and_a_rule_sees_its_symptom(name, fix):
    trainer = TRAINERS[name]
    assert set(fix.patch) <= set(trainer.config.model_fields)
    trainer.config.model_validate(fix.patch)
    assert fix.rule in {rule.name for rule in RULES}


@pytest.mark.usefixtures("fixable")
def test_a_fix_tells_its_symptom_change_and_rule(page_client):
    page = page_client.get(FORM).content.decode()
    assert "2 known fixes" in page
    assert "The loss &lt;jumps&gt;." in page
    assert "+ noise: 0.25" in page
    assert "?fix=calm" in page


@pytest.mark.usefixtures("fixable")
def test_a_fix_in_the_address_is_in_the_form_and_marked(page_client):
    page = page_client.get(f"{FORM}?fix=calm&fix=short").content.decode()
    assert 'name="config-noise" value="0.25"' in page
    assert 'name="config-steps" value="7"' in page
    assert page.count("fix is-held") == 2
    assert "noise: " in page[page.index("<textarea") :]


@pytest.mark.usefixtures("fixable")
def test_another_fix_is_added_to_what_the_address_holds(page_client):
    page = page_client.get(f"{FORM}?preset=nan&fix=calm").content.decode()
    assert "?preset=nan&amp;fix=calm&amp;fix=short" in page


@pytest.mark.usefixtures("fixable")
def test_after_a_refusal_fixes_speak_of_what_was_typed(page_client):
    answer = page_client.post(FORM, typed(**{"config-noise": "0.25", "config-steps": "0"}))
    assert answer.status_code == 422
    assert answer.content.decode().count("fix is-held") == 1


@pytest.mark.usefixtures("fixable")
def test_an_unknown_fix_is_said(page_client):
    assert b"no fix nope" in page_client.get(f"{FORM}?fix=nope").content


def test_a_trainer_without_fixes_shows_no_list(page_client):
    assert b"known fix" not in page_client.get(FORM).content
