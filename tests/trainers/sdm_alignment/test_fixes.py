"""Every fault has a fix, and its patch makes the faulty configuration the repaired one."""

import pytest

from tests.trainers.sdm_alignment.given import SDM
from trainers.config import complete

FIXES = {fix.name: fix for fix in SDM.fixes}
FAULTS = [name for name in SDM.presets if name.startswith("fault_")]
RULES = {
    "missing_modality", "target_rows", "loss_below_bound", "temperature_fallbacks", "norm_drift",
    "non_finite_loss", "loss_spike",
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_the_patch_of_a_fault_makes_it_the_repaired_run(name):
    patch = FIXES[name.removeprefix("fault_")].patch
    assert patch.keys() == SDM.presets[name].values.keys()
    assert complete(SDM, name, patch) == complete(SDM, "after", {})


def test_all_patches_together_mend_the_run_before_the_fixes():
    patch = {name: value for fix in SDM.fixes for name, value in fix.patch.items()}
    assert complete(SDM, "before", patch) == complete(SDM, "after", {})


@pytest.mark.parametrize(
    ("name", "preset"), [("precision", "before_nan"), ("spikes", "false_spikes")]
)
def test_other_faults_of_the_report_have_a_fix_too(name, preset):
    patch = FIXES[name].patch
    after = complete(SDM, "after", {}).model_dump()
    mended = complete(SDM, preset, patch).model_dump()
    assert complete(SDM, preset, {}).model_dump().items() & patch.items() == set()
    assert all(mended[field] == after[field] for field in patch)


def test_a_fix_says_what_is_seen_and_which_rule_sees_it():
    assert len(FIXES) == len(SDM.fixes)
    for fix in SDM.fixes:
        assert fix.title
        assert fix.symptom.endswith(".")
        assert fix.rule in RULES
