"""The memory bank: off, pending, filling, full; warm-up in steps and in forwards; the ring."""

import pytest
import torch

from trainers.region_contrastive.bank import Bank, Warmup


def bank(size=6, length=2, unit="steps", accumulation=2):
    return Bank(size, 3, Warmup(length, unit, accumulation), torch.device("cpu"))


def forward(memory, count=2, value=1.0, phrase=5):
    rows = torch.full((count, 3), value)
    memory.after_forward(rows, -rows, torch.full((count,), phrase))


def states(memory, forwards):
    seen = []
    for _ in range(forwards):
        forward(memory)
        seen.append((memory.state, memory.fill))
    return seen


def test_waits_then_fills_then_is_full():
    assert states(bank(), 7) == [
        ("pending", 0),
        ("pending", 0),
        ("pending", 0),
        ("filling", 2),  # two steps of two forwards are done
        ("filling", 4),
        ("full", 6),
        ("full", 6),
    ]


def test_the_same_number_of_forwards_is_over_sooner():
    assert [state for state, _ in states(bank(unit="forwards"), 3)] == [
        "pending",
        "filling",
        "filling",
    ]


def test_a_bank_of_size_zero_is_off_and_still_counts():
    memory = bank(size=0)
    assert states(memory, 9)[-1] == ("off", 0)
    assert memory.forwards == 9


def test_without_warm_up_it_fills_at_once():
    assert states(bank(length=0), 1) == [("filling", 2)]


@pytest.mark.parametrize(("unit", "length", "due"), [("steps", 6, 6), ("forwards", 400, 200)])
def test_says_at_which_step_it_is_due(unit, length, due):
    assert Warmup(length, unit, accumulation=2).due_step == due


def test_nothing_is_a_negative_before_it_was_seen():
    memory = bank()
    forward(memory)
    assert [len(rows) for rows in memory.negatives()] == [0, 0, 0]


def test_the_oldest_rows_make_room():
    memory = bank(size=4, length=0)
    for value in (1.0, 2.0, 3.0):
        forward(memory, value=value, phrase=int(value))
    assert sorted(memory.negatives()[2].tolist()) == [2, 2, 3, 3]
    assert (memory.negatives()[0] == -memory.negatives()[1]).all()


def test_a_batch_larger_than_the_bank_leaves_its_last_rows():
    memory = bank(size=2, length=0)
    rows = torch.arange(5.0)[:, None].expand(5, 3)
    memory.after_forward(rows, rows, torch.arange(5))
    assert sorted(memory.negatives()[2].tolist()) == [3, 4]


def test_keeps_no_gradient():
    memory = bank(length=0)
    rows = torch.ones(2, 3, requires_grad=True)
    memory.after_forward(rows, rows, torch.tensor([1, 2]))
    assert not memory.regions.requires_grad


def test_goes_on_from_its_state():
    one, other = bank(), bank()
    states(one, 5)
    other.load_state_dict(one.state_dict())
    assert states(one, 3) == states(other, 3)
    assert (one.regions == other.regions).all()
