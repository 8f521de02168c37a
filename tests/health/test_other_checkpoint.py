"""REP-02: resumed from a checkpoint of another configuration."""

from typing import Any

from dashboard.health.rules.other_checkpoint import other_checkpoint
from tests.health.given import context, verdict_of


def said(config=None, **facts) -> Any:
    stated = {f"resume/{name}": value for name, value in facts.items()}
    return verdict_of(other_checkpoint, context({"train/loss": [1.0]}, stated, config))


def test_speaks_of_the_fields_that_differ():
    verdict = said(
        {"resume_from": "/runs/7", "resume_other": "accept"},
        **{"from": "/runs/7/checkpoints/step-50", "differs": ["precision", "bank_size"]},
        step=50,
    )
    assert verdict["state"] == "warn"
    assert verdict["says"] == (
        "Resumed from a checkpoint of another configuration, which differs in precision, bank_size."
    )
    assert verdict["since_step"] == 50
    assert verdict["patch"] == {"resume_from": "", "resume_other": "refuse"}


def test_names_eight_fields_at_most():
    assert "f7 (+4)" in said(differs=[f"f{i}" for i in range(12)])["says"]


def test_silent_of_a_checkpoint_of_the_same_configuration():
    assert said(**{"from": "/runs/7"})["state"] == "pass"


def test_not_applicable_to_a_run_that_began_by_itself():
    assert said()["state"] == "not_applicable"


def test_waits_before_anything_was_stated():
    assert verdict_of(other_checkpoint, context({}))["state"] == "waiting"
