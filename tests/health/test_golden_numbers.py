"""The numbers of the source reports, computed by what the product judges and trains with.

Those of single losses stand beside these: tests/trainers/**/test_golden_numbers.py and
test_golden_claims.py; of single rules in the rules' own tests. docs/checks.md says which is where.
"""

import math
from typing import Any

import numpy as np
import pytest
import torch

from dashboard.health.chance import judge_ratio
from dashboard.health.floats import spacing
from dashboard.health.frames import ranked
from dashboard.health.rules.cache_gain import hits_needed, mean_time
from dashboard.health.rules.loss_at_chance import loss_at_chance
from dashboard.health.rules.loss_floor import floor
from dashboard.health.rules.memory_bank import memory_bank
from dashboard.health.rules.missing_modality import floor as shared_floor
from dashboard.health.rules.norm_drift import norm_drift
from dashboard.health.rules.target_rows import target_rows
from dashboard.health.rules.zero_norm_regions import zero_norm_regions
from dashboard.health.scale import CEILING, multiplier
from tests.health.given import context, verdict_of
from trainers.box_refinement.losses import iou, l1_loss
from trainers.region_contrastive.bank import Bank, Warmup
from trainers.region_contrastive.losses import region_loss
from trainers.region_contrastive.telemetry import Telemetry
from trainers.sdm_alignment.losses import Rule, divergences, lowest

VALID = [4] * 114 + [5] * 11 + [6] * 6 + [7] * 3  # regions of each of the report's forwards
COSINE_SD = 0.0217  # of the report's logits at scale 14.24


def at_scale(scale: float, candidates: int, batches: int = 500) -> dict[str, float]:
    """What a training would log of cosines that carry no signal yet."""
    torch.manual_seed(0)
    telemetry = Telemetry()
    for _ in range(batches):
        logits = scale * COSINE_SD * torch.randn(4, candidates)
        telemetry.logits(logits, torch.tensor(scale), torch.tensor(0.0))
    return telemetry.take()


def test_chance_among_four_is_1_386_and_with_a_full_bank_4_88():
    for candidates, chance in ((4, 1.386), (132, 4.883)):
        curves = {
            "train/loss/region": np.full(30, 1.4),
            "region/candidates": np.full(30, candidates),
        }
        judged = judge_ratio(context(curves))
        assert judged is not None
        assert judged.chance == pytest.approx(chance, abs=5e-4)


def test_twelve_steps_at_chance_are_no_evidence():
    """ "Not converging at step 12" was ln 4 while the learning rate was at 6 %. Row 7"""
    curves = {"train/loss/region": np.full(12, 1.4), "region/candidates": np.full(12, 4.0)}
    verdict = verdict_of(loss_at_chance, context(curves, {"train/warmup_steps": 200}))
    assert verdict["state"] == "waiting"
    assert "ln 4 = 1.386" in verdict["says"]
    assert "LR warm-up: 6.0 %" in verdict["says"]


def test_a_scale_is_written_as_multiplier_and_temperature():
    assert multiplier(2.65625) == "×14.24 (τ 0.070)"
    assert multiplier(4.59375) == "×98.86 (τ 0.010)"
    assert multiplier(CEILING) == "×100.00 (τ 0.010)"


def test_the_numbers_of_bfloat16_are_multiples_of_its_spacing():
    """2.6592 becomes 2.65625 and ln 100 becomes 4.59375: neither is a wrong configuration."""
    for value, stored in ((2.6592, 2.65625), (CEILING, 4.59375)):
        gap = spacing(value, "bfloat16")
        assert round(value / gap) * gap == stored
        assert abs(value - stored) <= gap / 2
    assert spacing(2.6592, "bfloat16") == 0.015625
    assert spacing(CEILING, "bfloat16") == 0.03125


def test_the_scale_changed_by_a_factor_of_7_and_not_of_20():
    assert math.exp(CEILING) / math.exp(2.65625) == pytest.approx(7.0, abs=0.05)


@pytest.mark.parametrize(("scale", "best"), [(14.24, 0.335), (100.0, 0.706)])
def test_a_smaller_multiplier_is_flatter(scale, best):
    """ "Temperature too low, softmax too sharp" was the other way round. Row 4"""
    assert at_scale(scale, 4)["region/max_probability"] == pytest.approx(best, abs=0.01)


def test_entropy_is_1_352_of_1_386_at_14_24():
    torch.manual_seed(0)
    log_p = (14.24 * COSINE_SD * torch.randn(20_000, 4)).log_softmax(dim=1)
    even = torch.full_like(log_p, 0.25)
    entropy = -float((log_p.exp() * log_p).sum(dim=1).mean())
    assert entropy == pytest.approx(1.352, abs=2e-3)
    found = divergences(log_p, even, Rule("reverse_kl", eps=0.0)).mean()  # ln 4 - entropy
    assert math.log(4) - float(found) == pytest.approx(entropy, abs=1e-5)


@pytest.mark.parametrize(("scale", "count"), [(14.24, 116), (100.0, 11)])
def test_a_high_scale_discards_most_of_a_fresh_bank(scale, count):
    seen = at_scale(scale, 129, batches=100)["region/effective_negatives"]
    assert seen == pytest.approx(count, rel=0.03)


def test_a_full_bank_takes_30_forwards_which_are_4_steps():
    """128 entries at 4.24 regions a forward: 3.8 optimizer steps of 8 forwards. Row 10"""
    bank = Bank(128, 2, Warmup(0, "forwards", 8), torch.device("cpu"))
    order = np.random.default_rng(0).permutation(VALID)
    for regions in order:
        if bank.fill < bank.size:
            rows = torch.zeros(int(regions), 2)
            bank.after_forward(rows, rows, torch.zeros(int(regions), dtype=torch.long))
    assert bank.forwards == pytest.approx(30, abs=2)
    assert 128 / np.mean(VALID) / 8 == pytest.approx(3.8, abs=0.05)


def test_400_forwards_at_8_a_step_are_50_steps():
    facts = {"bank/size": 128, "bank/warmup": 400, "bank/warmup_unit": "forwards"}
    curves = {"bank/fill": np.zeros(12)}
    verdict = verdict_of(
        memory_bank, context(curves, {**facts, "train/accumulation": 8, "train/steps": 500})
    )
    assert verdict["says"] == (
        "Pending: due at optimizer step 50 (400 forward passes / 8 a step = 50)."
    )
    assert Warmup(400, "forwards", 8).due_step == 50


def test_34_of_134_forwards_are_6_per_cent_of_the_rows():
    """One row of four in a quarter of the forwards. Row 12"""
    zero = np.zeros(134)
    zero[:34] = 1
    curves = {"region/rows": np.array(VALID), "region/zero_rows": zero, "region/zero_batches": zero}
    verdict = verdict_of(zero_norm_regions, context(curves))
    assert sum(VALID) == 568
    assert "34 of 568 region embeddings have norm 0: 6.0 % of the rows" in verdict["says"]
    assert "in 34 of 134 forward passes" in verdict["says"]


def test_one_zero_row_of_four_keeps_the_loss_above_0_347():
    logits = 100.0 * torch.eye(4)
    logits[0] = 0
    one_way = 2 * float(region_loss(logits, 100.0 * torch.eye(4)))  # the other direction loses 0
    assert one_way == pytest.approx(shared_floor(4, 4) / 4, abs=1e-3)
    assert one_way == pytest.approx(0.347, abs=1e-3)


def test_null_vectors_of_two_fifths_keep_it_above_1_32():
    assert shared_floor(26, 64) == pytest.approx(1.32, abs=5e-3)


def test_an_epsilon_allows_minus_6_3e_5_and_no_more():
    assert lowest(64, 1, 1e-6) == pytest.approx(-6.3e-5, rel=1e-3)
    total = 1 + 63e-6  # S of a clamped row
    assert total * math.log(total) == pytest.approx(6.3e-5, rel=1e-3)
    clamped = torch.full((1, 64), 1e-6)
    clamped[0, 0] = 1.0
    best = divergences((clamped / clamped.sum()).log().double(), clamped.double(), DOUBLE)
    assert float(best) == pytest.approx(total * math.log(total), rel=1e-2)


DOUBLE = Rule("forward_kl", dtype=torch.float64)


def test_rows_that_sum_to_1_057_allow_minus_0_0555():
    """What an optional target of the published code does without keepdim. Row 20"""
    curves = {"sdm/target_row_sum_min": np.ones(20), "sdm/target_row_sum_max": np.full(20, 1.057)}
    verdict = verdict_of(target_rows, context(curves))
    assert verdict["state"] == "fail"
    assert -math.log(1.057) == pytest.approx(-0.0555, abs=2e-4)
    target = torch.full((1, 64), 1.057 / 64)
    found = divergences(torch.zeros(1, 64), target, Rule("reverse_kl", eps=1e-8))
    assert float(found) == pytest.approx(-0.0555, abs=2e-4)


def test_reachable_floors():
    assert floor(14.24, 4) == pytest.approx(1.7e-8, rel=0.03)
    assert floor(5.0, 64) == pytest.approx(0.331, abs=1e-3)
    assert floor(14.28, 132) == pytest.approx(7e-5, rel=0.1)


@pytest.mark.parametrize(("width", "norm"), [(324, 18.0), (400, 20.0), (512, 22.6)])
def test_norms_of_18_to_20_are_the_root_of_the_width(width, norm):
    """Judged in units of that root they are 1, and nothing is too large. Row 25"""
    assert norm / math.sqrt(width) == pytest.approx(1.0, abs=5e-3)
    curves = {"sdm/norm_over_sqrt_d": np.full(300, norm / math.sqrt(width))}
    assert verdict_of(norm_drift, context(curves, {"features/norm_target": 1.0}))["state"] == "pass"


def test_the_loss_of_332_is_l1_in_pixels_and_twice_the_loss_of_overlap():
    """ "Shares against pixels" never overlap; these boxes do. Row 29"""
    assert pytest.approx(332.4416, abs=1e-3) == 330.7550 + 2 * 0.8433
    truth = torch.tensor([[100.0, 100.0, 1500.0, 900.0]])
    shares = truth / torch.tensor([1920.0, 1080.0, 1920.0, 1080.0])
    assert float(iou(shares, truth)) == pytest.approx(0.0, abs=1e-6)
    assert float(l1_loss(shares, truth)) > 300
    likely = ranked(330.755 / 1500, 0.8433)[0]
    assert "resize that was not undone" in likely.cause.text


def test_80_per_cent_of_hits_leave_115_seconds_and_10_need_98_7():
    """Where reading what was kept takes 3 s. Row 36"""
    miss, hit = 562.64, 3.0
    assert mean_time(0.8, miss, hit) == pytest.approx(115, abs=0.5)
    needed = hits_needed(10.0, miss, hit)
    assert needed == pytest.approx(0.987, abs=5e-4)
    assert needed is not None
    assert mean_time(needed, miss, hit) == pytest.approx(10.0)


def test_no_number_of_hits_helps_where_reading_takes_too_long():
    found: Any = hits_needed(10.0, 562.64, 12.0)
    assert found is None
