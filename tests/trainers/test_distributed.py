"""Processes that train together agree, gather and average; one alone is left as it is."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.trainers.several import in_two
from trainers import distributed


def test_alone_nothing_changes():
    rows = torch.randn(3, 2, requires_grad=True)
    assert distributed.gathered(rows) is rows
    assert distributed.gathered_rows(rows).equal(rows)
    assert (distributed.rank(), distributed.world(), distributed.is_main()) == (0, 1, True)
    assert distributed.own_rows(3) == slice(0, 3)
    assert distributed.agree(flag=True)
    assert distributed.mean({"a": 0.1}) == distributed.summed({"a": 0.1}) == {"a": 0.1}
    assert distributed.everyone("x") == ["x"]


def what_two_say():
    rank = distributed.rank()
    rows = torch.full((2, 3), float(rank + 1), requires_grad=True)
    whole = distributed.gathered(rows)
    weights = torch.arange(12.0).reshape(4, 3) * (rank + 1)
    (whole * weights).sum().backward()
    return {
        "whole": whole.detach(),
        "gradient": rows.grad,
        "uneven": distributed.gathered_rows(torch.full((rank, 2), 7.0)),
        "agreed": [distributed.agree(flag=rank == 1), distributed.agree(flag=False)],
        "sums": distributed.summed({"b": 1.0 + rank, "a": float("nan")}),
        "means": distributed.mean({"b": 1.0 + rank}),
        "own": distributed.own_rows(2),
        "everyone": distributed.everyone(rank),
    }


def test_two_gather_agree_and_add_up(tmp_path):
    first, second = in_two(tmp_path, what_two_say)
    assert first["whole"].equal(torch.tensor([1.0, 1, 2, 2])[:, None].expand(4, 3))
    assert first["whole"].equal(second["whole"])
    # every process's sum speaks of all rows, once and twice its weight
    assert first["gradient"].equal(3 * torch.arange(6.0).reshape(2, 3))
    assert second["gradient"].equal(3 * torch.arange(6.0, 12.0).reshape(2, 3))
    assert first["uneven"].equal(torch.full((1, 2), 7.0))
    assert first["agreed"] == second["agreed"] == [True, False]
    assert first["sums"]["b"] == 3.0
    assert first["sums"]["a"] != first["sums"]["a"]  # NaN stays NaN
    assert second["means"] == {"b": 1.5}
    assert (first["own"], second["own"]) == (slice(0, 2), slice(2, 4))
    assert second["everyone"] == [0, 1]


def refusals():
    rank = distributed.rank()
    said = []
    for call in (
        lambda: distributed.gathered(torch.zeros(rank + 1, 2)),
        lambda: distributed.summed({f"of {rank}": 1.0}),
    ):
        with pytest.raises(ValueError, match="processes") as error:
            call()
        said.append(str(error.value))
    return said


def test_unequal_rows_and_other_names_are_refused(tmp_path):
    rows, names = in_two(tmp_path, refusals)[1]
    assert rows == "processes have [1, 2] rows: equal numbers are needed"
    assert names == "processes name different numbers; this one: of 1"


def averaged():
    rank = distributed.rank()
    seen, alone, unseen = (nn.Parameter(torch.ones(2)) for _ in range(3))
    small = nn.Parameter(torch.ones(2, dtype=torch.bfloat16))
    seen.grad = torch.tensor([1.0, 2.0]) * (rank + 1)
    small.grad = torch.ones(2, dtype=torch.bfloat16) * (rank + 1)
    if rank == 1:
        alone.grad = torch.tensor([4.0, 4.0])
    distributed.average_gradients([seen, alone, unseen, small])
    torch.manual_seed(rank)
    model = nn.Linear(2, 2)
    distributed.share_weights(model)
    return [seen.grad, alone.grad, unseen.grad, small.grad, model.weight.detach()]


def test_gradients_are_averaged_and_weights_are_shared(tmp_path):
    first, second = in_two(tmp_path, averaged)
    assert first[0].equal(torch.tensor([1.5, 3.0]))
    assert first[1].equal(torch.tensor([2.0, 2.0]))
    assert first[2] is None
    assert first[3].equal(torch.full((2,), 1.5, dtype=torch.bfloat16))
    assert all(one.equal(two) for one, two in zip(first, second, strict=True) if one is not None)
