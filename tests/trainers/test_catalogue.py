"""Every trainer explains itself, its presets are valid, and the catalogue costs no torch."""

import subprocess
import sys

import pytest

from trainers.catalog import TRAINERS
from trainers.config import complete
from trainers.region_contrastive.presets import REGION_CONTRASTIVE

EACH = pytest.mark.parametrize("trainer", TRAINERS.values(), ids=lambda trainer: trainer.name)


@EACH
def test_explains_itself(trainer):
    assert trainer.title
    assert trainer.summary.endswith(".")
    assert trainer.presets
    assert trainer.primary in {metric.name for metric in trainer.metrics}


@EACH
def test_every_field_has_a_title_a_help_and_a_group(trainer):
    for name, field in trainer.config.model_fields.items():
        assert field.title, name
        assert field.description, name
        assert field.description.endswith("."), name
        assert isinstance(field.json_schema_extra, dict), name
        assert field.json_schema_extra["group"], name


@EACH
def test_titles_of_fields_are_not_repeated(trainer):
    titles = [field.title for field in trainer.config.model_fields.values()]
    assert len(set(titles)) == len(titles)


@EACH
def test_every_number_has_a_lower_limit(trainer):
    for name, field in trainer.config.model_fields.items():
        if field.annotation in (int, float):
            limits = {
                kind for limit in field.metadata for kind in ("ge", "gt") if hasattr(limit, kind)
            }
            assert limits, name


@EACH
def test_every_preset_is_valid_and_explains_itself(trainer):
    for name, preset in trainer.presets.items():
        complete(trainer, name, {})
        assert preset.title, name
        assert preset.help.endswith((".", "?")), name


@EACH
def test_the_entry_can_be_imported(trainer):
    module, _, name = trainer.entry.partition(":")
    assert callable(getattr(__import__(module, fromlist=[name]), name))


def test_the_fields_of_a_group_stand_together():
    groups = [
        field.json_schema_extra["group"]
        for field in REGION_CONTRASTIVE.config.model_fields.values()
        if isinstance(field.json_schema_extra, dict)
    ]
    in_order = list(dict.fromkeys(groups))
    assert in_order == [
        "Data",
        "Model",
        "Region loss",
        "Hard negatives",
        "Memory bank",
        "Optimisation",
        "Run",
    ]
    assert groups == sorted(groups, key=in_order.index)


def test_the_defaults_are_the_repaired_run():
    assert complete(REGION_CONTRASTIVE, "", {}) == complete(REGION_CONTRASTIVE, "after", {})


def test_the_single_faults_together_are_the_run_before_the_fixes():
    presets = REGION_CONTRASTIVE.presets
    together: dict[str, object] = {}
    for name, preset in presets.items():
        together |= preset.values if name.startswith("fault_") else {}
    assert together == presets["before"].values


def test_importing_the_catalogue_imports_no_torch():
    program = (
        "import sys, trainers.catalog, trainers.config, trainers.recorder, trainers.snapshot;"
        "found = {'torch', 'transformers', 'sklearn', 'django'} & set(sys.modules);"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
