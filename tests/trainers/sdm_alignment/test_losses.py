"""The SDM loss agrees with its equations written out, in both directions and with masks."""

import math

import pytest
import torch

from tests.trainers.sdm_alignment.given import there
from trainers.sdm_alignment.losses import Rule, Side, divergences, mean_of, norm_penalty, sdm


def cosine(one, other):
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    return dot / math.sqrt(sum(a * a for a in one)) / math.sqrt(sum(b * b for b in other))


def written_out(one, other, identity, temperature, objective, eps):
    """Mean of both directions over what is there; each side is {row: numbers}."""
    found = []
    for ours, theirs in ((one, other), (other, one)):
        rows = [i for i in ours if any(identity[j] == identity[i] for j in theirs)]
        total = 0.0
        for i in rows:
            scores = {j: math.exp(cosine(ours[i], theirs[j]) / temperature) for j in theirs}
            p = {j: score / sum(scores.values()) for j, score in scores.items()}
            same = [j for j in theirs if identity[j] == identity[i]]
            q = {j: 1 / len(same) if j in same else 0.0 for j in theirs}
            for j in theirs:
                if objective == "reverse_kl":
                    total += p[j] * (math.log(p[j]) - math.log(q[j] + eps))
                elif q[j]:
                    total += q[j] * (math.log(q[j]) - math.log(p[j]))
        found.append(total / len(rows))
    return sum(found) / 2


def side(features, missing):
    present = torch.tensor([row not in missing for row in range(len(features))])
    return Side(features, present)


def as_numbers(features, missing):
    return {row: f.double().tolist() for row, f in enumerate(features) if row not in missing}


@pytest.mark.parametrize("objective", ["forward_kl", "reverse_kl"])
@pytest.mark.parametrize("missing", [((), ()), ((0, 4), (1, 2)), ((0,), (0, 1, 2))])
def test_agrees_with_the_equations_written_out(objective, missing):
    torch.manual_seed(0)
    features = torch.randn(2, 6, 8)
    identity = torch.tensor([3, 3, 1, 1, 2, 2])
    fast = mean_of(
        sdm(side(features[0], missing[0]), side(features[1], missing[1]), identity, 0.3,
            Rule(objective, eps=1e-6))
    )  # fmt: skip
    slow = written_out(
        as_numbers(features[0], missing[0]), as_numbers(features[1], missing[1]),
        identity.tolist(), 0.3, objective, 1e-6,
    )  # fmt: skip
    assert float(fast) == pytest.approx(slow, rel=1e-5)


def test_cross_entropy_less_entropy_is_the_reverse_divergence():
    """What the report calls a wrong formula is KL(p||q) exactly. Row 19"""
    generator = torch.Generator().manual_seed(0)
    p = torch.rand(8, 16, generator=generator, dtype=torch.float64).softmax(dim=1)
    q = torch.rand(8, 16, generator=generator, dtype=torch.float64).softmax(dim=1)
    cross_entropy, entropy = -(p * q.log()).sum(1), -(p * p.log()).sum(1)
    rule = Rule("reverse_kl", eps=0.0, dtype=torch.float64)
    difference = divergences(p.log(), q, rule).double() - (cross_entropy - entropy)
    assert difference.abs().max() < 1e-6
    exact = (p * (p / q).log()).sum(1)
    assert (exact - (cross_entropy - entropy)).abs().max() < 1e-14


def test_the_two_directions_are_different_objectives():
    """Row 21: the "fix" changes what the number means, so old and new cannot be compared."""
    torch.manual_seed(1)
    one, other = there(torch.randn(32, 16)), there(torch.randn(32, 16))
    identity = torch.arange(16).repeat(2)
    values = [
        float(mean_of(sdm(one, other, identity, 0.1, Rule(objective))))
        for objective in ("forward_kl", "reverse_kl")
    ]
    assert values[1] > 2 * values[0] > 0


@pytest.mark.parametrize("objective", ["forward_kl", "reverse_kl"])
def test_is_least_where_similarities_are_the_truth(objective):
    features = torch.eye(4).repeat(2, 1)
    identity = torch.arange(4).repeat(2)
    right = mean_of(sdm(there(features), there(features), identity, 0.02, Rule(objective)))
    wrong = mean_of(
        sdm(there(features), there(features.roll(1, 0)), identity, 0.02, Rule(objective))
    )
    assert float(right) == pytest.approx(0, abs=1e-5)
    assert float(wrong) > 10


def test_what_is_missing_changes_nothing():
    torch.manual_seed(0)
    identity = torch.tensor([0, 0, 1, 1])
    one, other = torch.randn(2, 4, 8)
    spoilt = other.clone()
    spoilt[2] = 1e6
    values = [
        float(mean_of(sdm(there(one), side(rows, (2,)), identity, 0.2, Rule())))
        for rows in (other, spoilt)
    ]
    assert values[0] == values[1]


def test_what_is_missing_gets_no_gradient_and_is_not_nan():
    identity = torch.tensor([0, 0, 1, 1])
    one = torch.randn(4, 8, requires_grad=True)
    zeros = torch.zeros(4, 8)
    zeros[:3] = torch.randn(3, 8)
    mean_of(sdm(side(one, (1,)), side(zeros, (3,)), identity, 0.2, Rule())).backward()
    assert one.grad is not None
    assert torch.isfinite(one.grad).all()
    assert not one.grad[1].any()
    assert one.grad[0].any()


def test_nothing_in_common_is_no_direction_at_all():
    one, other = side(torch.randn(4, 8), (2, 3)), side(torch.randn(4, 8), (0, 1))
    assert sdm(one, other, torch.tensor([0, 0, 1, 1]), 0.2, Rule()) == []


def test_norms_in_the_band_cost_nothing():
    features = torch.full((3, 16), 1.1)
    assert float(norm_penalty(features, 1.0, 0.25)) == 0
    assert float(norm_penalty(features * 2, 1.0, 0.25)) == pytest.approx((2.2 - 1.25) ** 2)
    assert float(norm_penalty(features * 0.1, 1.0, 0.25)) == pytest.approx((0.75 - 0.11) ** 2)


def test_sdm_itself_cannot_see_the_norm():
    torch.manual_seed(0)
    one, other, identity = torch.randn(4, 8), torch.randn(4, 8), torch.tensor([0, 0, 1, 1])
    values = [float(mean_of(sdm(there(one * k), there(other), identity, 0.2, Rule())))
              for k in (1, 50)]  # fmt: skip
    assert values[0] == pytest.approx(values[1], rel=1e-6)
