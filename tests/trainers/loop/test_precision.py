"""Number formats: which weights can move, and that losses keep to 32 bits."""

import math

import pytest
import torch

from tests.trainers.given import short
from trainers.loop.fit import Loop
from trainers.loop.precision import choose_device, computing, place
from trainers.loop.schedule import LOWEST, factor
from trainers.region_contrastive.task import RegionTask

CPU = torch.device("cpu")


def loop(**values):
    config = short(**values)
    torch.manual_seed(0)
    return Loop(RegionTask(config, CPU, 0), config, 0)


def test_16_bit_weights_freeze_the_logit_scale_and_say_so():
    training = loop(precision="bf16_weights", logit_scale_source="value", logit_scale_value=2.6592)
    rows = [training.update() for _ in range(3)]
    assert {row["region/logit_scale"] for row in rows} == {2.65625}
    assert all(row["region/logit_scale_grad"] != 0 for row in rows)
    assert training.task.facts["region/logit_scale_dtype"] == "bfloat16"
    assert training.task.facts["region/logit_scale_initial"] == 2.65625


def test_32_bit_weights_let_it_move():
    training = loop(logit_scale_source="value", logit_scale_value=2.6592)
    assert len({training.update()["region/logit_scale"] for _ in range(3)}) == 3


def test_the_updates_of_16_bit_weights_are_mostly_rounded_away():
    exact, rounded = (loop(precision=p, learning_rate=1e-5) for p in ("fp32", "bf16_weights"))
    for training in (exact, rounded):
        training.update()
        before = [p.detach().clone() for p in training.parameters]
        training.update()
        training.still = torch.cat(
            [(old == new).flatten() for old, new in zip(before, training.parameters, strict=True)]
        )
    assert exact.still.float().mean() < 0.4  # words of the vocabulary that no text used stay
    assert rounded.still.float().mean() > 0.8


def test_autocast_keeps_32_bit_weights_and_32_bit_losses():
    training = loop(precision="bf16")
    with computing(training.task.model, "bf16", CPU):
        losses = training.task.losses(training.task.batch(0))
    assert {loss.dtype for loss in losses.values()} == {torch.float32}
    assert {p.dtype for p in training.parameters} == {torch.float32}


def test_computing_leaves_16_bit_weights_as_they_are():
    model = torch.nn.Linear(3, 2)
    place(model, "bf16_weights", CPU)
    with computing(model, "bf16_weights", CPU):
        loss = model(torch.ones(1, 3)).sum()
    assert loss.dtype == torch.float32
    loss.backward()
    assert model.weight.grad is not None
    assert model.weight.dtype == model.weight.grad.dtype == torch.bfloat16
    assert isinstance(model.weight, torch.nn.Parameter)


def test_accumulating_equals_one_large_batch():
    """The mean of the gradients of equal micro-batches is that of their union's mean loss."""
    training = loop(accumulation=2, max_grad_norm=0.0, bank_size=0)
    seen = []
    for forward in range(2):
        training.optimizer.zero_grad()
        losses = training.task.losses(training.task.batch(forward))
        (losses["region"] + 0.5 * losses["global"]).backward()
        seen.append(training.task.model.clip.visual_projection.weight.grad.clone())
    fresh = loop(accumulation=2, max_grad_norm=0.0, bank_size=0)
    fresh.update()
    found = fresh.task.model.clip.visual_projection.weight.grad
    assert torch.allclose(found, (seen[0] + seen[1]) / 2, atol=1e-6)


def test_clipping_shortens_what_is_applied_and_reports_what_it_was():
    training = loop(max_grad_norm=0.01)
    assert training.update()["train/grad_norm"] > 1
    length = torch.stack([p.grad.norm() for p in training.parameters if p.grad is not None]).norm()
    assert float(length) == pytest.approx(0.01, rel=1e-3)


def test_the_logit_scales_stop_at_ln_100():
    training = loop(logit_scale_source="value", logit_scale_value=4.6051, logit_scale_speed=100.0)
    for _ in range(3):
        assert training.update()["region/logit_scale"] <= math.log(100) + 1e-6


def test_a_speed_of_zero_holds_the_scale():
    training = loop(logit_scale_speed=0.0)
    assert len({training.update()["region/logit_scale"] for _ in range(2)}) == 1
    assert training.task.facts["region/logit_scale_trainable"] is False


def test_the_learning_rate_rises_then_falls_along_a_cosine():
    config = short(steps=100, warmup_steps=10)
    assert factor(1, config) == pytest.approx(0.1)
    assert factor(10, config) == 1
    assert factor(55, config) == pytest.approx((1 + LOWEST) / 2)
    assert factor(100, config) == pytest.approx(LOWEST)
    assert factor(70, short(steps=100, schedule="constant")) == 1


def test_a_gpu_that_is_not_there_is_refused():
    if torch.cuda.is_available():
        assert choose_device(short(device="cuda")).type == "cuda"
        return
    from trainers.errors import BadInput

    with pytest.raises(BadInput, match="torch sees no GPU here"):
        choose_device(short(device="cuda"))
