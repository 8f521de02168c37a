"""The numbers of a step: every declared curve is logged, zero vectors and boxes are counted."""

import math

import pytest
import torch

from tests.trainers.given import REGION, curves, facts, short, trained
from trainers.region_contrastive.telemetry import Telemetry

FACTS = {
    "train/steps", "train/accumulation", "train/warmup_steps", "train/precision", "device",
    "model/parameters", "weights/coverage", "weights/missing", "region/logit_scale_initial",
    "region/logit_scale_provenance", "region/logit_scale_expected", "region/logit_scale_dtype",
    "region/logit_scale_trainable", "bank/size", "bank/warmup", "bank/warmup_unit",
    "bank/due_step", "eval/negatives", "eval/temperature", "data/fingerprint",
    "data/invalid_share", "data/images", "data/skipped", "loss/definition", "weights/unused",
    "image/preprocessing", "eval/data",
}  # fmt: skip
ELSEWHERE = {"amp/scale", "amp/skipped", "train/grad_norm_before_clip", "system/gpu_memory"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    config = short(filter_boxes=False, invalid_share=0.5, hard_weight=0.5)
    return trained(tmp_path_factory.mktemp("run"), config)


def test_every_curve_of_the_catalogue_is_logged_and_every_logged_curve_is_in_it(run):
    rows = [event["values"] for event in run if event["kind"] == "scalars"]
    declared = {metric.name for metric in REGION.metrics}
    assert {name for row in rows for name in row} == declared - ELSEWHERE


def test_every_curve_is_declared_once_with_its_meaning():
    names = [metric.name for metric in REGION.metrics]
    assert len(names) == len(set(names))
    assert all(metric.meaning.endswith(".") for metric in REGION.metrics)


def test_every_step_has_a_row(run):
    assert [step for step, name in curves(run) if name == "train/loss"] == [1, 2, 3, 4]


def test_the_bank_marks_when_it_starts_to_fill_and_when_it_is_full(run):
    marks = [(event["step"], event["name"]) for event in run if event["kind"] == "mark"]
    assert marks == [(1, "bank_filling"), (2, "bank_full")]


def test_every_fact_is_told(run):
    assert facts(run).keys() >= FACTS


def test_the_total_is_the_weighted_sum_of_its_parts(run):
    rows = curves(run)
    total = rows[(2, "train/loss/region")]
    total += 0.5 * (rows[(2, "train/loss/global")] + rows[(2, "train/loss/hard")])
    assert rows[(2, "train/loss")] == pytest.approx(total, rel=1e-5)


def test_the_fewest_and_the_most_regions_of_a_forward_pass_are_told():
    telemetry = Telemetry()
    for count in (4, 7, 5):
        telemetry.embeddings(torch.ones(count, 3))
        telemetry.directions(torch.ones(count, 3), torch.ones(count, 3))
    row = telemetry.take()
    assert (row["region/rows_least"], row["region/rows_most"], row["region/rows"]) == (4, 7, 16)


def test_what_the_loss_masks_are_the_captions_that_read_alike(run):
    rows = curves(run)
    for step in range(1, 5):
        alike, masked = (rows[(step, f"region/duplicates{end}")] for end in ("", "_masked"))
        assert masked == pytest.approx(alike)


def test_nothing_is_masked_where_that_is_switched_off(tmp_path):
    rows = curves(trained(tmp_path, short(mask_duplicates=False)))
    assert all(rows[(step, "region/duplicates_masked")] == 0 for step in range(1, 5))


def test_pixels_are_seen_in_the_range_of_the_preprocessing(run):
    mean, spread = facts(run)["image/preprocessing"]
    least = min(-m / s for m, s in zip(mean, spread, strict=True))
    most = max((1 - m) / s for m, s in zip(mean, spread, strict=True))
    rows = curves(run)
    assert rows[(1, "data/input_min")] >= least - 1e-4
    assert rows[(1, "data/input_max")] <= most + 1e-4
    assert rows[(1, "data/input_max")] > rows[(1, "data/input_min")]


def test_unfiltered_invalid_boxes_put_zero_vectors_into_the_loss(run):
    rows = curves(run)
    assert sum(rows[(step, "region/zero_rows")] for step in range(1, 5)) > 5
    assert all(rows[(step, "region/rows")] == 10 for step in range(1, 5))
    assert rows[(1, "region/boxes_invalid")] > 0 == rows[(1, "region/boxes_filtered")]


def test_the_filter_leaves_no_zero_vector(tmp_path):
    rows = curves(trained(tmp_path, short(invalid_share=0.5)))
    assert all(rows[(step, "region/zero_rows")] == 0 for step in range(1, 5))
    assert rows[(1, "region/boxes_filtered")] == rows[(1, "region/boxes_invalid")] > 0


def test_invalid_boxes_add_up_over_their_reasons(run):
    rows = curves(run)
    parts = [value for (step, name), value in rows.items() if step == 1 and "invalid/" in name]
    assert sum(parts) == rows[(1, "region/boxes_invalid")]
    assert len(parts) == 5


def test_nothing_but_broken_boxes_is_survived(tmp_path):
    rows = curves(trained(tmp_path, short(invalid_share=1.0, steps=2)))
    assert rows[(2, "train/loss/region")] == 0
    assert math.isfinite(rows[(2, "train/loss")])


def test_without_a_floor_under_the_norm_a_zero_vector_is_nan_at_once(tmp_path):
    events = trained(tmp_path, short(filter_boxes=False, norm_eps=0.0, invalid_share=0.9, steps=2))
    rows = curves(events)
    assert rows[(1, "train/loss")] == rows[(2, "train/loss/region")] == "NaN"
    assert rows[(2, "eval/region_recall_at_1")] == 0
    assert events[-1]["status"] == "finished"


def test_logits_are_taken_apart_into_scale_and_cosine():
    cosine = torch.tensor([[0.5, 0.1, -0.2], [0.3, 0.2, float("-inf")]])
    telemetry = Telemetry()
    telemetry.logits(cosine * 10, torch.tensor(10.0), torch.tensor(math.log(3)))
    row = telemetry.take()
    assert row["region/candidates"] == 3
    assert row["region/loss_over_chance"] == pytest.approx(1)
    assert row["region/positive_cosine"] == pytest.approx((0.5 + 0.2) / 2)
    assert row["region/negative_cosine_mean"] == pytest.approx((0.1 - 0.2 + 0.3) / 3, abs=1e-6)
    assert row["region/logit_absmax"] == pytest.approx(5)
    assert row["region/accuracy"] == 0.5


def test_effective_negatives_are_as_many_as_share_the_weight():
    logits = torch.tensor([[5.0, 1, 1, 1], [1, 5.0, -50, -50], [0, float("-inf"), 5, -math.inf]])
    telemetry = Telemetry()
    telemetry.logits(logits, torch.tensor(1.0), torch.tensor(1.0))
    assert telemetry.take()["region/effective_negatives"] == pytest.approx((3 + 1 + 1) / 3)


def test_rows_that_have_other_rows_before_theirs_look_at_their_own_answer():
    telemetry = Telemetry()
    telemetry.logits(torch.tensor([[0.0, 0, 9, 0]]), torch.tensor(1.0), torch.tensor(1.0), first=2)
    row = telemetry.take()
    assert (row["region/positive_cosine"], row["region/accuracy"]) == (9, 1)


def test_the_effective_rank_of_one_direction_is_one():
    telemetry = Telemetry()
    telemetry.embeddings(torch.ones(6, 4))
    telemetry.directions(torch.ones(6, 4) / 2, torch.eye(4)[[0, 1, 2, 3, 0, 1]])
    row = telemetry.take()
    assert row["region/effective_rank"] == pytest.approx(1)
    assert row["text/effective_rank"] > 3.5
    assert (row["region/effective_rank_limit"], row["region/norm_median"]) == (4, 2)


def test_reading_starts_the_next_step():
    telemetry = Telemetry()
    telemetry.embeddings(torch.tensor([[0.0, 0.0], [1.0, 0.0], [1e-7, 0.0]]))
    row = telemetry.take()
    assert (row["region/rows"], row["region/zero_rows"], row["region/zero_batches"]) == (3, 2, 1)
    assert "region/rows" not in telemetry.take()
