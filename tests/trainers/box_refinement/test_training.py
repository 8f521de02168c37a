"""Short runs: every curve is told, faults show, an interrupted run goes on to the bit."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.trainers.box_refinement.given import (
    BOX,
    CPU,
    curves,
    short,
    small_encoder,
    total,
    trained,
)
from tests.trainers.recorded import facts
from trainers.box_refinement import encoder
from trainers.box_refinement.batches import EVALUATION_NOISE, Batches, batch_of
from trainers.box_refinement.data import SceneExamples, held_out_examples, training_examples
from trainers.box_refinement.encoder import framed
from trainers.box_refinement.losses import iou
from trainers.box_refinement.task import BoxTask
from trainers.data.scenes import Scenes
from trainers.errors import BadInput
from trainers.loop.fit import Loop


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    return trained(tmp_path_factory.mktemp("run"), short("quick"))


def test_every_curve_of_the_catalogue_is_told_and_every_told_curve_is_in_it(quick):
    told = {name for event in quick if event["kind"] == "scalars" for name in event["values"]}
    assert told == {metric.name for metric in BOX.metrics} - {"system/gpu_memory"}


def test_without_a_loss_scale_nothing_is_told_of_one(tmp_path):
    told = {name for _, name in curves(trained(tmp_path, short(precision="fp32", steps=1)))}
    assert not {name for name in told if name.startswith("amp/") or "before_clip" in name}


def test_the_second_pass_finds_everything_in_the_cache(quick):
    assert total(quick, "cache/seen_before") == total(quick, "cache/hits_seen_before") == 16
    assert [e["name"] for e in quick if e["kind"] == "mark"] == ["first_pass"]


def test_an_untrained_head_scores_as_the_proposals_do(quick):
    assert 0.5 < curves(quick)[(0, "eval/iou")] < 0.7


def test_all_faults_at_once_look_as_reported(tmp_path):
    run = trained(tmp_path, short("before"))
    rows = curves(run)
    assert 250 < rows[(1, "train/loss")] < 450
    parts = rows[(1, "train/loss/l1")] + 2 * rows[(1, "train/loss/giou")]
    assert rows[(1, "train/loss")] == pytest.approx(parts, rel=1e-5)
    assert rows[(1, "box/l1_over_size")] > 100
    assert total(run, "cache/hits") == 0 < total(run, "cache/seen_before")
    assert facts(run)["box/targets_in"] == "original_pixels"


def test_the_cache_changes_the_time_and_nothing_that_is_learnt(tmp_path):
    runs = {
        "hits": short(steps=4),
        "never hits": short(steps=4, cache_key="content_and_device"),
        "none": short(steps=4, cache=False),
    }
    learnt = []
    for name, config in runs.items():
        rows = curves(trained(tmp_path / name, config))
        learnt.append({key: value for key, value in rows.items() if "cache/" not in key[1]})
    assert learnt[0] == learnt[1] == learnt[2]


def test_a_norm_that_is_clipped_before_unscaling_is_larger_by_the_scale(tmp_path):
    wrong = curves(trained(tmp_path / "wrong", short("fault_clip", steps=2)))
    right = curves(trained(tmp_path / "right", short(steps=2)))
    seen, scale = wrong[(1, "train/grad_norm_before_clip")], wrong[(1, "amp/scale")]
    assert seen == pytest.approx(wrong[(1, "train/grad_norm")] * scale)
    assert right[(1, "train/grad_norm_before_clip")] == right[(1, "train/grad_norm")]
    assert wrong[(1, "train/grad_norm")] == pytest.approx(right[(1, "train/grad_norm")], rel=1e-3)


def test_clipped_before_unscaling_almost_nothing_of_a_gradient_is_left(tmp_path):
    lengths = []
    for unscale in (True, False):
        config = short(unscale_before_clip=unscale, max_grad_norm=0.01)
        torch.manual_seed(0)
        loop = Loop(BoxTask(config, CPU, 0, tmp_path), config, 0)
        loop.update()
        grads = [p.grad.norm() for p in loop.parameters if p.grad is not None]
        lengths.append(float(torch.stack(grads).norm()))
    assert lengths[0] == pytest.approx(0.01, rel=1e-3)
    assert lengths[1] < 1e-6


@pytest.mark.parametrize("precision", ["fp16", "fp32"])
def test_an_interrupted_run_equals_an_uninterrupted_one_to_the_bit(tmp_path, precision):
    config = short(precision=precision)
    whole = trained(tmp_path / "whole", config)
    trained(tmp_path / "parts", config, stop_after=3)
    assert curves(trained(tmp_path / "parts", config)) == curves(whole)


def test_two_runs_of_one_seed_are_equal_and_another_seed_is_not(tmp_path):
    runs = [
        curves(trained(tmp_path / str(n), short(steps=2), seed=seed))
        for n, seed in enumerate((5, 5, 6))
    ]
    assert runs[0] == runs[1] != runs[2]


def test_both_arms_see_the_same_images_and_proposals_in_the_same_order():
    arms = [short(), short("before")]
    before, after = (Batches(training_examples(arm), 4, arm.noise, 3) for arm in arms)
    for forward in range(5):
        one, other = before[forward], after[forward]
        assert [e.digest for e in one.examples] == [e.digest for e in other.examples]
        assert torch.equal(one.proposals, other.proposals)


def test_proposals_start_at_an_overlap_of_about_60_per_cent():
    config = short()
    examples = [
        held_out_examples(config.model_copy(update={"evaluation_images": 64}))[n] for n in range(64)
    ]
    batch = batch_of(examples, EVALUATION_NOISE, np.random.default_rng(0))
    assert float(iou(batch.proposals, batch.boxes).mean()) == pytest.approx(0.6, abs=0.03)


def test_fast_mode_looks_at_a_quarter_once_and_keeps_the_learning_rate(tmp_path):
    task = BoxTask(short(fast=True, train_images=32), CPU, 0, tmp_path)
    assert (len(task.train), task.rounds) == (8, 1)
    fast = BOX.presets["fast"].values
    assert "learning_rate" not in fast
    assert fast["fast"] is True


def test_a_full_disk_is_told_and_training_goes_on(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", lambda path, data: full())
    monkeypatch.setattr("trainers.loop.checkpoints.write", lambda *_, **_more: tmp_path)
    run = trained(tmp_path, short(steps=3))
    marks = {event["name"]: event["text"] for event in run if event["kind"] == "mark"}
    assert marks["cache_off"] == "Features are no longer kept: No space left on device"
    assert run[-1]["status"] == "finished"
    assert total(run, "cache/hits") == 0


def test_the_small_encoder_sees_something_and_its_weights_never_move():
    seen = small_encoder().see([SceneExamples(Scenes("clutter", "test", 2), 640)[0].load()])
    assert seen.shape == (1, 64, 16, 16)
    assert float(seen.std(dim=(2, 3)).mean()) > 0.1
    assert not any(p.requires_grad for p in small_encoder().model.parameters())


def test_the_encoder_is_known_by_its_weights():
    other = encoder.load(short(encoder_seed=1), CPU)
    again = encoder.load(short(), CPU)
    assert again.fingerprint() == small_encoder().fingerprint() != other.fingerprint()


def test_a_checkpoint_of_another_encoders_head_is_refused(tmp_path):
    task = BoxTask(short(), CPU, 0, tmp_path)
    with pytest.raises(BadInput, match="another encoder's features"):
        task.load_state_dict({**task.state_dict(), "encoder": "0"})


def test_a_saved_model_is_taken_whole_and_its_coverage_told(tmp_path):
    small_encoder().model.save_pretrained(tmp_path)
    loaded = encoder.load(short(sam_model=str(tmp_path)), CPU)
    assert (loaded.coverage, loaded.missing) == (1, ())
    assert loaded.fingerprint() == small_encoder().fingerprint()


def test_too_little_of_a_saved_model_is_refused_with_what_is_missing(tmp_path):
    model = small_encoder().model
    kept = {name: value for name, value in model.state_dict().items() if "layers.1" not in name}
    model.save_pretrained(tmp_path, state_dict=kept)
    with pytest.raises(BadInput, match=r"it holds \d\d\.\d% of the weights.*layers\.1"):
        encoder.load(short(sam_model=str(tmp_path)), CPU)
    assert encoder.load(short(sam_model=str(tmp_path), least_coverage=0.1), CPU).coverage < 0.9


def test_a_directory_without_a_model_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"holds no config\.json"):
        encoder.load(short(sam_model=str(tmp_path)), CPU)


def test_an_image_is_scaled_to_its_longest_side_and_padded():
    image = torch.ones(3, 50, 100).numpy()
    frame = framed(image, 64)
    assert frame.shape == (3, 64, 64)
    assert (frame[:, :32] != 0).all()
    assert (frame[:, 32:] == 0).all()


def test_weights_that_are_not_finite_are_refused_with_their_file(tmp_path):
    model = encoder.load(short(), CPU).model
    model.vision_encoder.patch_embed.projection.weight.data[0, 0] = float("nan")
    model.save_pretrained(tmp_path)
    with pytest.raises(BadInput, match=r"sam_model: .*patch_embed\.projection\.weight holds NaN"):
        encoder.load(short(sam_model=str(tmp_path)), CPU)


def test_a_run_does_not_go_on_from_a_torn_checkpoint_of_its_own(tmp_path):
    trained(tmp_path, short(steps=2), stop_after=1)
    [path] = (tmp_path / "checkpoints").iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadInput, match=path.name):
        trained(tmp_path, short(steps=2))
