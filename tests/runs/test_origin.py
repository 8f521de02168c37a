"""What a run was made of: what was told alone, and nothing that each run has of its own."""

import pytest

from dashboard.runs.origin import NEW_FILES, origin

pytestmark = pytest.mark.django_db


def of(run, **taken):
    run.snapshot = taken
    return origin(run)


def test_what_was_not_told_is_left_out(run):
    assert set(of(run)) == {"trainer", "config", "processes", "seed"}


def test_the_slot_is_none_of_it(run):
    found = of(run, environment={"CUDA_VISIBLE_DEVICES": "1", "OMP_NUM_THREADS": "4"})
    assert found["environment"] == {"OMP_NUM_THREADS": "4"}


def test_new_files_are_edits_without_a_fingerprint(run):
    git = {"commit": "c0ffee", "dirty": True, "diff_sha256": ""}
    assert of(run, git=git)["code"] == {"commit": "c0ffee", "diff_sha256": NEW_FILES}
    clean = {**git, "dirty": False}
    assert of(run, git=clean)["code"] == {"commit": "c0ffee", "diff_sha256": ""}


def test_edits_go_by_their_fingerprint(run):
    found = of(run, git={"commit": "c0ffee", "dirty": True, "diff_sha256": "ab"})
    assert found["code"]["diff_sha256"] == "ab"


def test_data_goes_by_what_the_snapshot_and_the_facts_tell(run):
    run.facts = {"data/fingerprint": "f1", "train/steps": 3}
    assert of(run, data="4 scenes")["data"] == {"data/fingerprint": "f1", "snapshot": "4 scenes"}


@pytest.mark.parametrize("taken", [{"git": None, "packages": ["torch"]}, {"environment": "none"}])
def test_a_snapshot_of_another_shape_is_survived(run, taken):
    assert "packages" not in of(run, **taken)
    run.snapshot = ["nothing"]
    assert origin(run)["trainer"] == run.trainer
