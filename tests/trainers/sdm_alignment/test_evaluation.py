"""Finding unseen people: ranks, ties, NaN and chance."""

import math

import pytest
import torch

from tests.trainers.sdm_alignment.given import task
from trainers.sdm_alignment.evaluation import effective_rank, random_precision, ranking

RIGHT = torch.tensor([[True, False, True, False]])


def precision_written_out(scores, right):
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    hits = [place for place, which in enumerate(order, start=1) if right[which]]
    return sum((n + 1) / place for n, place in enumerate(hits)) / len(hits)


def test_agrees_with_average_precision_written_out():
    torch.manual_seed(0)
    cosine, right = torch.randn(6, 12), torch.rand(6, 12) < 0.3
    right[:, 0] = True
    slow = [
        precision_written_out(c, r) for c, r in zip(cosine.tolist(), right.tolist(), strict=True)
    ]
    assert ranking(cosine, right)[1] == pytest.approx(sum(slow) / 6)


def test_a_perfect_ranking_is_one():
    assert ranking(torch.tensor([[0.9, 0.1, 0.8, 0.2]]), RIGHT) == (1, 1)


def test_ties_count_against():
    assert ranking(torch.zeros(1, 4), RIGHT) == pytest.approx((0, (1 / 3 + 2 / 4) / 2))


def test_nan_counts_against():
    assert ranking(torch.full((1, 4), math.nan), RIGHT)[0] == 0


@pytest.mark.parametrize(("right", "size"), [(1, 10), (3, 30), (4, 4)])
def test_the_precision_of_a_random_order_is_what_shuffling_gives(right, size):
    torch.manual_seed(0)
    truth = torch.zeros(20_000, size, dtype=torch.bool)
    truth[:, :right] = True
    found = ranking(torch.rand(20_000, size), truth)[1]
    assert found == pytest.approx(random_precision(right, size), abs=0.01)


def test_chance_is_one_of_the_people():
    recall, precision = task(evaluation_identities=5).gallery.chance()
    assert recall == pytest.approx(1 / 5)
    assert precision == pytest.approx(random_precision(3, 15))


def test_an_untrained_model_is_near_chance_and_scored_twice_the_same():
    trained = task(evaluation_identities=20)
    trained.model.eval()
    scores = trained.evaluate()
    assert scores["eval/map"] < 0.3
    assert trained.evaluate() == scores


def test_the_means_are_over_the_modalities():
    scores = task().evaluate()
    parts = [scores[f"eval/{m}/map"] for m in ("infrared", "pencil", "sketch", "text")]
    assert scores["eval/map"] == pytest.approx(sum(parts) / 4)


def test_effective_rank_counts_the_directions():
    assert effective_rank(torch.eye(6)) == pytest.approx(6, rel=1e-5)
    assert effective_rank(torch.ones(6, 4)) == pytest.approx(1, abs=1e-3)
    assert math.isnan(effective_rank(torch.full((2, 2), math.nan)))
