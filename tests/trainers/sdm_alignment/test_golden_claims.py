"""More of what the report on the SDM loss claims, computed: rows, floors, norms and spikes."""

import math

import pytest
import torch

from trainers.sdm_alignment.losses import Rule, divergences, targets
from trainers.sdm_alignment.model import Neck
from trainers.sdm_alignment.spikes import Spikes
from trainers.spectrum import effective_rank, effective_ranks, rank_limit


def worst_row_sum(seed):
    """Of targets without keepdim, where a fifth of the modalities are missing on either side."""
    random = torch.Generator().manual_seed(seed)
    identity = torch.arange(16).repeat_interleave(4)
    ours, theirs = (torch.rand(64, generator=random) > 0.2 for _ in range(2))
    return float(targets(identity, ours, theirs, "columns").sum(dim=1).max())


def test_a_forgotten_keepdim_with_missing_modalities_allows_losses_near_minus_one():
    """Row 20: a median worst row sum of 2.5, so rows may fall to -0.92."""
    worst = torch.tensor([worst_row_sum(seed) for seed in range(200)]).median()
    assert float(worst) == pytest.approx(2.5, abs=0.35)
    assert -math.log(float(worst)) == pytest.approx(-0.92, abs=0.15)


def test_a_row_can_fall_to_minus_the_logarithm_of_its_sum_and_no_further():
    """Row 20: the least of KL(p||q) is at p = q / sum(q)."""
    for total in (1.0, 1.0345, 2.0, 4.0):
        target = torch.tensor([[0.5, 0.3, 0.2]]) * total
        at_best = divergences((target / total).log(), target, Rule("reverse_kl", eps=1e-12))
        assert float(at_best) == pytest.approx(-math.log(total), abs=1e-5)


def test_a_clamped_target_keeps_the_forward_direction_above_zero():
    """Row 21: sum q ln(q/p) >= S ln S with S >= 1 the sum of the clamped row."""
    random = torch.Generator().manual_seed(0)
    for _ in range(200):
        scores = torch.randn(1, 64, generator=random) * 5
        target = torch.zeros(1, 64)
        target[0, :2] = 0.5
        clamped = target.clamp(min=1e-6)
        total = float(clamped.sum())
        assert float(divergences(scores, clamped, Rule())) >= total * math.log(total) - 1e-5


def test_a_high_temperature_puts_a_floor_under_the_loss():
    """Row 24: at 0.2 and 64 candidates the best cross entropy is 0.33 of 4.16."""
    size, scale = 64, 1 / 0.2
    simplex = scale * size / (size - 1)
    assert math.log1p((size - 1) * math.exp(-simplex)) == pytest.approx(0.33, abs=0.01)
    assert math.log(size) == pytest.approx(4.16, abs=0.01)


def test_norms_of_20_are_what_a_neck_of_width_400_gives():
    """Row 25"""
    torch.manual_seed(0)
    found = Neck(400)(torch.randn(256, 400)).norm(dim=1).mean()
    assert float(found.detach()) == pytest.approx(19.99, abs=0.1)


def flagged(rule, losses):
    spikes = Spikes(rule)
    return [spikes.see(loss) for loss in losses]


def test_the_first_counter_takes_the_slightest_move_of_a_steady_loss_for_a_spike():
    """Row 26: with a spread of zero the threshold is the median."""
    steady = [0.7] * 50 + [0.70002]
    assert flagged("none", steady)[-1]
    assert not any(flagged("relative", steady))
    assert not any(flagged("absolute", steady))


def test_an_absolute_floor_is_blind_where_the_loss_is_small():
    """Row 26: at 0.05 a spike must rise by 890 %."""
    threshold = 0.05 + 6 * 1.4826 * 0.05
    assert threshold / 0.05 - 1 == pytest.approx(8.9, abs=0.01)
    tripled = [0.05] * 50 + [0.15]
    assert not any(flagged("absolute", tripled))
    assert flagged("relative", tripled)[-1]


def test_not_finite_values_do_not_blind_the_counter_and_another_run_starts_afresh():
    """Row 27: the report's counter was one for all runs of a process, and held NaN."""
    assert flagged("relative", [1.0] * 30 + [math.nan, 3.0])[-2:] == [False, True]
    assert not any(flagged("relative", [5.0] * 10))


def test_effective_rank_counts_the_directions_of_a_batch():
    assert effective_rank(torch.eye(6)) == pytest.approx(6, rel=1e-5)
    assert effective_rank(torch.ones(6, 4)) == pytest.approx(1, abs=1e-2)
    assert math.isnan(effective_rank(torch.full((2, 2), math.nan)))
    assert rank_limit(29, 128) == 28
    assert rank_limit(500, 16) == 16
    assert rank_limit(1, 16) == 1


def test_effective_rank_is_that_of_the_singular_values():
    torch.manual_seed(0)
    rows = torch.randn(30, 128)
    values = torch.linalg.svdvals(rows.double())
    share = values / values.sum()
    assert effective_rank(rows) == pytest.approx(
        float((-share * share.log()).sum().exp()), rel=1e-6
    )


@pytest.mark.parametrize("count", [30, 70])
def test_several_sets_at_once_have_the_ranks_of_each(count):
    torch.manual_seed(0)
    rows, there = torch.randn(3, count, 16), torch.rand(3, count) > 0.3
    rows[1] *= torch.linspace(0, 1, 16)
    one_by_one = [effective_rank(rows[n][there[n]]) for n in range(3)]
    assert effective_ranks(rows, there) == pytest.approx(one_by_one, rel=1e-6)
    rows[2, there[2].nonzero()[0]] = math.inf
    assert math.isnan(effective_ranks(rows, there)[2])
