"""Every fault has a fix, and its patch makes the faulty configuration the repaired one."""

import pytest

from tests.trainers.box_refinement.given import BOX
from trainers.config import complete

FIXES = {fix.name: fix for fix in BOX.fixes}
FAULTS = [name for name in BOX.presets if name.startswith("fault_")]
RULES = {"box_units", "cache_hits", "clip_before_unscale", "weights_not_moving", "wrong_device"}


@pytest.mark.parametrize("name", FAULTS)
def test_the_patch_of_a_fault_makes_it_the_repaired_run(name):
    patch = FIXES[name.removeprefix("fault_")].patch
    assert patch.keys() == BOX.presets[name].values.keys()
    assert complete(BOX, name, patch) == complete(BOX, "after", {})


def test_all_patches_together_mend_the_run_before_the_fixes():
    patch = {name: value for fix in BOX.fixes for name, value in fix.patch.items()}
    assert complete(BOX, "before", patch) == complete(BOX, "after", {})


def test_a_learning_rate_too_low_has_a_fix_too():
    patch = FIXES["learning_rate"].patch
    assert complete(BOX, "low_learning_rate", patch) == complete(BOX, "after", {})


def test_a_fix_says_what_is_seen_and_which_rule_sees_it():
    assert len(FIXES) == len(BOX.fixes)
    for fix in BOX.fixes:
        assert fix.title
        assert fix.symptom.endswith(".")
        assert fix.rule in RULES
