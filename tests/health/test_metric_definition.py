"""REP-03: numbers of one name and two meanings are not compared."""

import pytest

from dashboard.health.baseline import Primary
from dashboard.health.definitions import DEFINED_BY, covers
from dashboard.health.rules.metric_definition import metric_definition
from tests.health.comparing import alone, baseline, compared
from trainers.catalog import TRAINERS


def test_another_number_of_candidates_makes_another_loss():
    verdict = compared(metric_definition, {"bank_size": 0})
    assert verdict["says"] == (
        "train/loss, train/loss/region must not be compared with the baseline:"
        " bank_size 128 → 0 defines them anew."
    )
    assert verdict["held_back"] == "fail"


def test_does_not_count_while_the_metric_that_decides_is_the_same():
    verdict = compared(metric_definition, {"bank_size": 0})
    assert verdict["state"] == "pass"
    assert verdict["remark"].startswith("eval/region_recall_at_1, which decides, is defined as")


def test_fails_where_the_metric_that_decides_is_another():
    verdict = compared(
        metric_definition, {"domain": "dark"}, baseline(config={"domain": "clutter"})
    )
    assert verdict["state"] == "fail"
    assert verdict["says"].startswith("eval/… must not be compared")


def test_the_direction_of_kl_makes_another_loss():
    """The report showed both directions side by side as an improvement. Row 21"""
    base = baseline(
        trainer="sdm_alignment", config={"objective": "reverse_kl"}, origin={}, facts={}
    )
    changed = {"objective": "forward_kl"}
    verdict = compared(metric_definition, changed, base, origin={}, primary=Primary("eval/map"))
    assert "train/loss/sdm" in verdict["says"]
    assert "reverse_kl → forward_kl" in verdict["says"]
    deciding = Primary("eval/sdm_loss", "lower")
    assert (
        compared(metric_definition, changed, base, origin={}, primary=deciding)["state"] == "fail"
    )


def test_what_is_at_work_counts_and_not_what_was_asked_for():
    """A bank that a script switched off is another loss, whatever the configuration says."""
    verdict = compared(metric_definition, {}, facts={"bank/size": 0})
    assert "bank_size 128 → 0" in verdict["says"]


def test_silent_where_every_definition_is_the_same():
    assert compared(metric_definition, {"precision": "fp32"})["state"] == "pass"
    assert compared(metric_definition, {"precision": "fp32"})["remark"] is None


def test_not_applicable_without_a_baseline_or_with_one_of_another_kind():
    assert alone(metric_definition)["state"] == "not_applicable"
    other = baseline(trainer="box_refinement")
    assert compared(metric_definition, base=other)["state"] == "not_applicable"
    unknown = baseline(trainer="somebody_elses", origin={})
    verdict = compared(metric_definition, base=unknown, origin={"trainer": "somebody_elses"})
    assert verdict["state"] == "not_applicable"
    assert "somebody_elses is not declared" in verdict["says"]


def test_what_any_trainer_states_of_its_loss_counts_as_well():
    base = baseline(trainer="somebody_elses", origin={}, facts={"loss/definition": "mean of 5"})
    facts = {"loss/definition": "sum of 5"}
    verdict = compared(metric_definition, base=base, origin={}, facts=facts)
    assert verdict["says"].startswith("train/loss must not be compared with the baseline: loss/")
    same = compared(metric_definition, base=base, origin={}, facts=base.facts)
    assert same["remark"] is None


def test_another_held_out_set_is_another_metric():
    base = baseline(facts={"eval/data": "200 scenes"})
    verdict = compared(metric_definition, base=base, facts={"eval/data": "20 scenes"})
    assert verdict["state"] == "fail"


@pytest.mark.parametrize("trainer", DEFINED_BY)
def test_settings_and_metrics_that_are_named_are_there(trainer):
    known = TRAINERS[trainer]
    names = [metric.name for metric in known.metrics]
    for setting, metrics in DEFINED_BY[trainer]:
        assert setting in known.config.model_fields, setting
        for metric in metrics:
            assert any(covers([metric], name) for name in names), metric
