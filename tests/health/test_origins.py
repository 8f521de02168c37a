"""What a run was made of and its baseline, as the rules see them."""

import pytest
from django.utils.timezone import now

from dashboard.health.examination import examine
from dashboard.health.origins import baseline, origin, primary, together
from dashboard.metrics import store
from dashboard.runs.models import Run, Status
from dashboard.training.launching import launch
from tests.conftest import lines, scalars
from trainers.catalog import TRAINERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def clone(run):
    """A run that was launched from `run`, which failed with NaN and has ended."""
    store.append(
        run.pk,
        0,
        lines({"kind": "start", "attempt": 1, "step": 0}, scalars(1, train_loss="NaN")),
    )
    Run.objects.filter(pk=run.pk).update(status=Status.FINISHED)
    examine(run)
    return launch("rehearsal", config={"steps": 30}, seed=0, baseline=run)


def test_a_baseline_brings_its_verdicts_and_its_configuration(run, clone):
    found = baseline(clone)
    assert found is not None
    assert found.name == run.name
    assert found.over
    assert found.config["steps"] == 20
    assert found.verdicts["non_finite_loss"]["state"] == "fail"
    assert found.step == 1


def test_a_run_that_was_cloned_from_none_has_none(run):
    assert baseline(run) is None


def test_a_baseline_that_is_deleted_is_none(run, clone):
    Run.objects.filter(pk=run.pk).update(purged_at=now())
    assert baseline(clone) is None
    run.delete()
    clone.refresh_from_db()
    assert baseline(clone) is None


def test_a_baseline_that_was_never_judged_has_no_verdicts(run, clone):
    run.examination.delete()
    found = baseline(clone)
    assert found is not None
    assert found.verdicts == {}


def test_settings_that_came_later_count_as_their_default(run, clone):
    Run.objects.filter(pk=run.pk).update(config={"steps": 20})
    found = baseline(clone)
    assert found is not None
    assert found.config["step_seconds"] == clone.config["step_seconds"]


def test_an_examination_judges_the_fix(run, clone):
    body = lines({"kind": "start", "attempt": 1, "step": 0}, scalars(1, train_loss=1.0))
    store.append(clone.pk, 0, body)
    Run.objects.filter(pk=clone.pk).update(facts={"train/steps": 30}, status=Status.FINISHED)
    verdicts = {verdict["rule"]: verdict for verdict in examine(clone).verdicts}
    assert verdicts["fix_applied"]["state"] == "pass"
    assert verdicts["fix_symptom"]["state"] == "pass"
    assert verdicts["fix_confounded"]["state"] == "pass"


def test_tells_what_the_trainer_took_down(run):
    run.snapshot = {
        "git": {"commit": "c0ffee", "dirty": True, "diff_sha256": ""},
        "packages": {"torch": "2.9"},
        "device": "cpu",
        "data": "4 scenes",
    }
    found = origin(run)
    assert found["commit"] == "c0ffee"
    assert found["edits"] == "?"  # new files are edits that git's difference does not hold
    assert found["torch"] == "2.9"
    assert found["python"] == ""


def test_a_snapshot_of_another_shape_is_survived(run):
    run.snapshot = {"git": None, "packages": ["torch"]}
    assert origin(run)["commit"] == ""


def test_trainers_say_what_decides():
    found = primary("region_contrastive")
    assert found is not None
    assert (found.name, found.direction) == ("eval/region_recall_at_1", "higher")
    assert primary("somebody_elses") is None


def test_a_fix_that_holds_others_is_several_changes():
    joint = together(TRAINERS["region_contrastive"])
    assert frozenset({"bank_warmup", "bank_warmup_unit"}) in joint
    assert not any({"bank_warmup", "mask_duplicates"} <= group for group in joint)
