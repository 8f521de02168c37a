"""Numbers that the source reports printed or should have printed, computed here by torch."""

import math

import pytest
import torch

from trainers.region_contrastive.bank import Warmup
from trainers.region_contrastive.losses import region_loss, unit
from trainers.region_contrastive.model import HIGHEST_LOGIT_SCALE, INITIAL_LOGIT_SCALE


def bf16(value):
    return float(torch.tensor(value).bfloat16())


def test_clips_initial_scale_in_16_bits_is_the_number_of_the_log():
    assert bf16(2.6592) == bf16(INITIAL_LOGIT_SCALE) == 2.65625
    assert math.exp(2.65625) == pytest.approx(14.2428, abs=5e-5)


def test_16_bits_cannot_print_the_logarithm_of_100():
    assert bf16(4.6052) == 4.59375
    assert math.exp(4.59375) == pytest.approx(98.86, abs=0.01)


def test_the_highest_scale_is_a_factor_of_100():
    assert math.exp(HIGHEST_LOGIT_SCALE) == pytest.approx(100)


def test_chance_among_four_is_the_loss_that_was_called_not_converging():
    logits = torch.zeros(4, 4)
    assert float(region_loss(logits, logits)) == pytest.approx(math.log(4))
    assert math.log(4) == pytest.approx(1.386, abs=5e-4)


def test_chance_with_a_full_bank_is_higher():
    assert math.log(4 + 128) == pytest.approx(4.88, abs=5e-3)


def test_a_16_bit_scale_does_not_move_in_2000_steps():
    scale = torch.nn.Parameter(torch.tensor(2.6592).bfloat16())
    optimizer = torch.optim.AdamW([scale], lr=1e-4)
    for _ in range(2000):
        scale.grad = torch.ones_like(scale)
        optimizer.step()
    assert float(scale.detach()) == 2.65625


def test_a_32_bit_scale_does():
    scale = torch.nn.Parameter(torch.tensor(2.6592))
    optimizer = torch.optim.AdamW([scale], lr=1e-4)
    for _ in range(100):
        scale.grad = torch.ones_like(scale)
        optimizer.step()
    assert float(scale.detach()) < 2.65


def test_one_zero_row_of_four_pins_the_loss_from_below():
    regions = torch.eye(4)
    regions[0] = 0
    logits = 100.0 * unit(regions, 1e-12) @ torch.eye(4).T
    one_way = torch.nn.functional.cross_entropy(logits, torch.arange(4))
    assert float(one_way) == pytest.approx(math.log(4) / 4, abs=1e-4)
    assert math.log(4) / 4 == pytest.approx(0.347, abs=5e-4)


def test_a_warm_up_of_400_forwards_is_50_steps_and_was_not_due_at_step_12():
    warmup = Warmup(400, "forwards", accumulation=8)
    assert warmup.due_step == 50
    assert not warmup.over(12 * 8)


def test_a_warm_up_of_50_forwards_is_over_in_step_7():
    warmup = Warmup(50, "forwards", accumulation=8)
    assert not warmup.over(6 * 8)
    assert warmup.over(7 * 8)
    assert warmup.due_step == 6
