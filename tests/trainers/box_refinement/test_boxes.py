"""A box that is encoded and decoded is the same box."""

import pytest
import torch

from trainers.box_refinement.boxes import MOST_GROWTH, decode, encode, enlarged
from trainers.box_refinement.head import BoxHead, refine

FROM = torch.tensor([[0.1, 0.2, 0.5, 0.4], [0.0, 0.0, 1.0, 1.0], [0.30, 0.30, 0.31, 0.32]])
TO = torch.tensor([[0.2, 0.1, 0.4, 0.6], [0.4, 0.4, 0.5, 0.5], [0.31, 0.29, 0.33, 0.32]])


def test_encoding_and_decoding_come_round():
    assert torch.allclose(decode(FROM, encode(FROM, TO)), TO, atol=1e-6)


def test_no_correction_leaves_a_box_where_it_is():
    assert torch.allclose(decode(FROM, torch.zeros(3, 4)), FROM)


def test_a_correction_means_the_same_in_every_unit():
    assert torch.allclose(encode(FROM * 1000, TO * 1000), encode(FROM, TO), atol=1e-3)


def test_growth_is_bounded_so_that_nothing_overflows():
    grown = decode(FROM, torch.full((3, 4), 1e6))
    assert torch.isfinite(grown).all()
    sizes = (grown - decode(FROM, torch.tensor([[1e6, 1e6, 0, 0]] * 3)))[:, 2:]
    assert float(sizes.max()) <= 2.718281828**MOST_GROWTH


def test_unequal_numbers_of_boxes_are_refused():
    with pytest.raises(ValueError, match="against"):
        decode(FROM, torch.zeros(1, 4))


def test_enlarging_keeps_the_centre():
    assert torch.allclose(enlarged(FROM[:1], 2.0), torch.tensor([[-0.1, 0.1, 0.7, 0.5]]))


def test_an_untrained_head_moves_nothing():
    head = BoxHead(channels=3, width=8, enlarge=1.6)
    found = refine(head, torch.randn(1, 3, 8, 8), FROM, torch.zeros(3, dtype=torch.long), 3)
    assert len(found) == 3
    assert all(torch.allclose(boxes, FROM) for boxes in found)


def test_every_round_starts_where_the_last_one_ended():
    head = BoxHead(channels=3, width=8, enlarge=1.6)
    torch.nn.init.constant_(head.last.bias, 1.0)
    first, second = refine(head, torch.zeros(1, 3, 8, 8), FROM, torch.zeros(3).long(), 2)
    assert torch.allclose(first, decode(FROM, torch.ones(3, 4)))
    assert torch.allclose(second, decode(first, torch.ones(3, 4)))
