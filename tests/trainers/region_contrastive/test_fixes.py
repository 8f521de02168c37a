"""Every fault has a fix, and the fix turns the faulty configuration into the repaired one."""

from pathlib import Path
from typing import Any

import pytest

from tests.trainers.given import REGION
from trainers.config import complete

RULES = Path(__file__).parents[3] / "dashboard" / "health" / "rules"
BY_NAME = {fix.name: fix for fix in REGION.fixes}


def values(preset, **patch):
    return complete(REGION, preset, patch).model_dump()


@pytest.mark.parametrize("name", [name for name in BY_NAME if name in REGION.presets])
def test_the_patch_turns_the_fault_into_the_repaired_run(name):
    after, mended = values("after"), values(name, **BY_NAME[name].patch)
    for field in BY_NAME[name].patch:
        assert mended[field] == after[field]


@pytest.mark.parametrize("name", [name for name in REGION.presets if name.startswith("fault_")])
def test_every_single_fault_is_mended_whole(name):
    assert values(name) != values("after")
    assert values(name, **BY_NAME[name].patch) == values("after")


def test_the_fixes_of_the_single_faults_together_mend_the_run_before_them():
    patch: dict[str, Any] = {}
    for name, fix in BY_NAME.items():
        patch |= fix.patch if name.startswith("fault_") else {}
    assert values("before", **patch) == values("after") | {
        "logit_scale_value": values("before")["logit_scale_value"]
    }


def test_every_fix_says_what_is_seen_and_which_rule_sees_it():
    assert len(BY_NAME) == len(REGION.fixes)
    for fix in REGION.fixes:
        assert fix.title
        assert fix.symptom.endswith(".")
        complete(REGION, "", dict(fix.patch))
        assert (RULES / f"{fix.rule}.py").is_file(), fix.rule
