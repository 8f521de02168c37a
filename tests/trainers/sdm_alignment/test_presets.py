"""The presets say what they are: single faults, all of them, and the repaired run."""

import pytest

from tests.trainers.sdm_alignment.given import SDM
from trainers.config import complete

GROUPS = ["Data", "Model", "SDM loss", "Temperature", "Feature norms", "Optimisation", "Run"]


def test_the_defaults_are_the_repaired_run():
    assert complete(SDM, "", {}) == complete(SDM, "after", {})


def test_the_single_faults_together_are_the_run_before_the_fixes():
    together: dict[str, object] = {}
    for name, preset in SDM.presets.items():
        together |= preset.values if name.startswith("fault_") else {}
    assert together == SDM.presets["before"].values


@pytest.mark.parametrize("name", [name for name in SDM.presets if name.startswith("fault_")])
def test_a_single_fault_is_not_the_repaired_run(name):
    assert complete(SDM, name, {}) != complete(SDM, "after", {})


def test_the_fields_of_a_group_stand_together():
    groups = [
        str(field.json_schema_extra["group"])
        for field in SDM.config.model_fields.values()
        if isinstance(field.json_schema_extra, dict)
    ]
    assert list(dict.fromkeys(groups)) == GROUPS
    assert groups == sorted(groups, key=GROUPS.index)


def test_no_metric_is_declared_twice():
    names = [metric.name for metric in SDM.metrics]
    assert len(set(names)) == len(names)
