"""Numbers that the report on the SDM loss printed, claimed or should have printed."""

import math

import pytest
import torch

from tests.trainers.sdm_alignment.given import there
from trainers.sdm_alignment.losses import (
    Rule,
    Side,
    divergences,
    lowest,
    mean_of,
    sdm,
    targets,
    unit,
)
from trainers.sdm_alignment.model import Neck


def test_epsilon_explains_only_a_hundred_thousandth_below_zero():
    assert lowest(64, 1, 1e-6) == pytest.approx(-6.3e-5, rel=1e-3)


@pytest.mark.parametrize(("reported", "needed"), [(-0.0069, 6_924), (-0.0339, 34_481)])
def test_the_reported_losses_would_take_thousands_of_candidates(reported, needed):
    assert lowest(needed, 0, 1e-6) == pytest.approx(reported, rel=1e-3)


@pytest.mark.parametrize(("row_sum", "loss"), [(1.0345, -0.0339), (1.0069, -0.0069)])
def test_or_rows_of_the_target_that_do_not_sum_to_one(row_sum, loss):
    target = torch.full((1, 64), row_sum / 64)
    found = divergences(torch.zeros(1, 64), target, Rule("reverse_kl", eps=1e-8))
    assert float(found) == pytest.approx(loss, abs=1e-4)


def test_the_published_form_stays_above_its_bound():
    torch.manual_seed(0)
    rule = Rule("reverse_kl", eps=1e-6)
    features = torch.eye(32).repeat(2, 1)
    identity = torch.arange(32).repeat(2)
    for noise in (0.0, 0.1, 1.0):
        near = there(features + noise * torch.randn_like(features))
        for terms in sdm(near, near, identity, 0.02, rule):
            assert float(terms.rows.min()) >= lowest(64, 2, 1e-6) - 1e-5


def test_raw_rows_go_down_to_the_logarithm_of_the_positives():
    features = torch.eye(4).repeat(4, 1)
    identity = torch.arange(4).repeat(4)
    found = sdm(there(features), there(features), identity, 0.02, Rule("reverse_kl", "raw"))
    assert float(mean_of(found)) == pytest.approx(-math.log(4), abs=1e-5)


def test_a_forgotten_keepdim_is_harmless_until_something_is_missing():
    identity = torch.arange(8).repeat_interleave(4)
    all_there = torch.ones(32, dtype=torch.bool)
    right = targets(identity, all_there, all_there, "normalised")
    assert torch.equal(targets(identity, all_there, all_there, "columns"), right)
    generator = torch.Generator().manual_seed(0)
    ours, theirs = (torch.rand(32, generator=generator) > 0.2 for _ in range(2))
    sums = targets(identity, ours, theirs, "columns").sum(dim=1)
    assert float(sums.max()) > 1.5
    fixed = targets(identity, ours, theirs, "normalised").sum(dim=1)
    assert torch.allclose(fixed[fixed > 0], torch.ones(1))


def test_the_adaptive_temperature_was_a_constant():
    """It took the norm of what had just been normalised. Row 23"""
    torch.manual_seed(0)
    for scale in (0.01, 1.0, 1000.0):
        norm = unit(scale * torch.randn(16, 8)).norm(dim=1).mean()
        assert float((0.2 * norm).clamp(0.15, 0.5)) == pytest.approx(0.2)


def test_null_vectors_put_a_floor_under_the_loss():
    """p of N rows are one vector: each can do no better than 1 in p N. Row 28"""
    share, size = 0.4, 64
    null = round(share * size)
    features = torch.eye(size)
    features[:null] = torch.ones(size) / 8
    found = sdm(there(features), there(features), torch.arange(size), 0.002, Rule())
    loss = float(mean_of(found))
    assert loss == pytest.approx(null / size * math.log(null), abs=0.01)
    assert share * math.log(share * size) == pytest.approx(1.30, abs=0.02)
    masked = Side(features, torch.arange(size) >= null)
    assert float(mean_of(sdm(masked, masked, torch.arange(size), 0.002, Rule()))) < 1e-3


def test_an_epsilon_of_1e_8_is_zero_in_16_bits():
    torch.manual_seed(0)
    one, other = there(torch.randn(8, 16)), there(torch.randn(8, 16))
    half = Rule("reverse_kl", eps=1e-8, dtype=torch.float16)
    identity = torch.arange(4).repeat(2)
    assert not math.isfinite(mean_of(sdm(one, other, identity, 0.02, half)))
    assert math.isfinite(mean_of(sdm(one, other, identity, 0.02, Rule("reverse_kl"))))


@pytest.mark.parametrize(("width", "norm"), [(324, 17.99), (384, 19.58), (512, 22.6)])
def test_batch_normalisation_gives_norms_of_the_root_of_the_width(width, norm):
    """ "18 to 20, too large" is what a healthy neck gives. Row 25"""
    torch.manual_seed(0)
    found = Neck(width)(torch.randn(256, width) * 3).norm(dim=1).mean()
    assert float(found.detach()) == pytest.approx(norm, abs=0.1)


def test_clamping_at_zero_hides_the_fault_and_its_gradient():
    loss = torch.tensor(-0.0339, requires_grad=True)
    clamped = loss.clamp(min=0)
    clamped.backward()
    assert float(clamped.detach()) == 0
    assert loss.grad is not None
    assert float(loss.grad) == 0
