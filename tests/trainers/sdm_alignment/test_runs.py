"""Whole short runs: to the bit after an interruption, every curve declared, faults that show."""

import math
from dataclasses import replace

import pytest
import torch

from tests.trainers.recorded import curves, facts
from tests.trainers.sdm_alignment.given import SDM, short, task, trained
from trainers.data.people import IMAGES
from trainers.errors import BadInput
from trainers.loop import Loop

FACTS = {
    "train/steps", "weights/coverage", "weights/missing", "sdm/objective", "sdm/target_rows",
    "sdm/mask_missing", "sdm/lower_bound", "features/width", "eval/chance_recall_at_1",
    "eval/chance_map", "data/fingerprint", "data/missing_share", "data/skipped",
}  # fmt: skip

ONLY_ELSEWHERE = {  # under fp16, or on a GPU
    "amp/scale",
    "amp/skipped",
    "train/grad_norm_before_clip",
    "system/gpu_memory",
}


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    values = {**SDM.presets["quick"].values, "steps": 4}
    return trained(tmp_path_factory.mktemp("run"), short(**values))


def test_every_curve_of_the_catalogue_is_logged_and_every_logged_curve_is_in_it(quick):
    logged = {name for event in quick if event["kind"] == "scalars" for name in event["values"]}
    assert logged == {metric.name for metric in SDM.metrics} - ONLY_ELSEWHERE


def test_every_fact_is_told(quick):
    assert facts(quick).keys() >= FACTS
    assert facts(quick)["eval/chance_recall_at_1"] == pytest.approx(1 / 12)


def test_a_healthy_run_has_no_negative_term_and_nothing_missing_in_its_loss(quick):
    rows = curves(quick)
    for step in range(1, 5):
        assert rows[(step, "sdm/negative_terms")] == 0
        assert rows[(step, "sdm/missing_in_loss")] == 0
        assert rows[(step, "sdm/target_row_sum_min")] == pytest.approx(1)
        assert rows[(step, "sdm/target_row_sum_max")] == pytest.approx(1)
        assert rows[(step, "features/rgb/zero_rows")] == 0


def test_norms_are_the_root_of_the_width(quick):
    assert curves(quick)[(1, "features/norm_over_sqrt_dim")] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("values", [{}, {"precision": "bf16"}, {"precision": "bf16_weights"}])
def test_an_interrupted_run_equals_an_uninterrupted_one_to_the_bit(tmp_path, values):
    config = short(**values)
    whole = trained(tmp_path / "whole", config)
    trained(tmp_path / "parts", config, stop_after=2)
    parts = trained(tmp_path / "parts", config)
    assert curves(whole) == curves(parts)
    assert [event["status"] for event in parts if event["kind"] == "end"] == ["stopped", "finished"]


def test_a_fallback_and_negative_terms_survive_an_interruption_too(tmp_path):
    config = short(target_rows="raw", objective="reverse_kl", loss_precision="fp16",
                   temperature_start=0.02, temperature_end=0.02, fallback_steps=2)  # fmt: skip
    whole = trained(tmp_path / "whole", config)
    trained(tmp_path / "parts", config, stop_after=1)
    assert curves(whole) == curves(trained(tmp_path / "parts", config))
    assert curves(whole)[(4, "sdm/fallbacks")] >= 1


def test_two_runs_of_one_seed_are_equal_and_another_seed_is_not(tmp_path):
    runs = [
        trained(tmp_path / str(n), short(steps=2), seed=seed) for n, seed in enumerate((5, 5, 6))
    ]
    assert curves(runs[0]) == curves(runs[1]) != curves(runs[2])


def test_unmasked_null_vectors_are_counted_in_the_loss(tmp_path):
    rows = curves(trained(tmp_path, short(mask_missing=False, steps=2)))
    missing = [sum(rows[(step, f"data/missing/{m}")] for m in (*IMAGES, "text")) for step in (1, 2)]
    assert [rows[(step, "sdm/missing_in_loss")] for step in (1, 2)] == missing
    assert sum(missing) > 0
    assert rows[(1, "features/rgb/rows")] == 8


@pytest.mark.parametrize(("rule", "sums"), [("raw", 2), ("columns", 1.01)])
def test_target_rows_that_do_not_sum_to_one_show(tmp_path, rule, sums):
    rows = curves(trained(tmp_path, short(target_rows=rule, steps=3, missing_share=0.5)))
    assert max(rows[(step, "sdm/target_row_sum_max")] for step in (1, 2, 3)) >= sums


def test_16_bits_are_not_finite_from_the_first_step_and_are_not_hidden(tmp_path):
    config = short("before_nan", steps=2)
    events = trained(tmp_path, config)
    rows = curves(events)
    assert rows[(1, "train/loss/sdm")] in ("NaN", "Infinity")
    assert rows[(2, "sdm/fallbacks")] == 1
    assert [e["name"] for e in events if e["kind"] == "mark"] == ["temperature_fallback"]
    assert events[-1]["status"] == "finished"


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("gone", ["rgb", "text", "sketch"])
def test_a_modality_that_a_whole_batch_lacks_is_survived(monkeypatch, mask, gone):
    training = Loop(task(mask_missing=mask), short(mask_missing=mask), 0)
    whole = training.task.batch
    monkeypatch.setattr(training.task, "batch", lambda forward: without(whole(forward), gone))
    row = training.update()
    assert math.isfinite(row["train/loss"])
    assert math.isfinite(row["train/grad_norm"])
    empty = {True: 4 if gone == "rgb" else 1, False: 0}[mask]
    assert row["sdm/empty_pairs"] == empty
    if mask and gone == "rgb":
        assert row["train/loss/sdm"] == 0


def without(batch, modality):
    none = torch.zeros_like(batch.present[modality])
    images = {m: found for m, found in batch.images.items() if m != modality}
    captions = [] if modality == "text" else batch.captions
    return replace(
        batch,
        present={**batch.present, modality: none},
        images=images,
        captions=captions,
        tokens=batch.tokens if captions else None,
    )


def test_the_total_is_the_weighted_sum_of_its_parts(quick):
    rows = curves(quick)
    parts = [rows[(2, f"train/loss/{name}")] for name in ("sdm", "identity", "norm")]
    assert rows[(2, "train/loss")] == pytest.approx(
        parts[0] + 0.5 * parts[1] + 0.01 * parts[2], rel=1e-5
    )


def test_new_modules_learn_faster_than_the_backbone():
    training = Loop(task(new_module_speed=5.0), short(new_module_speed=5.0), 0)
    training.update()
    rates = {group["times"]: group["lr"] for group in training.optimizer.param_groups}
    assert rates[5.0] == pytest.approx(5 * rates[1.0])
    assert "identify.weight" in training.task.faster
    assert not any(name.startswith("backbone.") for name in training.task.faster)


def test_goes_on_from_the_weights_of_another_run_and_says_how_many_fitted(tmp_path):
    trained(tmp_path / "first", short(steps=1))
    checkpoint = next((tmp_path / "first" / "checkpoints").iterdir())
    same = task(checkpoint=str(checkpoint))
    assert same.facts["weights/coverage"] == 1
    fewer = task(checkpoint=str(checkpoint), identities=9)
    assert fewer.facts["weights/missing"] == ["identify.weight"]
    assert fewer.facts["weights/coverage"] < 1


def test_a_checkpoint_that_covers_too_little_is_refused(tmp_path):
    trained(tmp_path, short(steps=1))
    checkpoint = next((tmp_path / "checkpoints").iterdir())
    with pytest.raises(BadInput, match=r"missing: .*identify.weight"):
        task(checkpoint=str(checkpoint), identities=9, least_coverage=1.0)
    with pytest.raises(BadInput, match="there is no file /nowhere"):
        task(checkpoint="/nowhere")
    with pytest.raises(BadInput, match=r"holds no config\.json"):
        task(clip_model="/nowhere")
