"""IoU, GIoU and L1 agree with the areas counted out, and refuse what they cannot pair."""

import pytest
import torch

from trainers.box_refinement.losses import giou, giou_loss, iou, iou_loss, l1_loss


def length(low, high):
    return max(0.0, high - low)


def area(box):
    return length(box[0], box[2]) * length(box[1], box[3])


def iou_written_out(one, other):
    shared = length(max(one[0], other[0]), min(one[2], other[2]))
    shared *= length(max(one[1], other[1]), min(one[3], other[3]))
    return shared / (area(one) + area(other) - shared)


def giou_written_out(one, other):
    shared = length(max(one[0], other[0]), min(one[2], other[2]))
    shared *= length(max(one[1], other[1]), min(one[3], other[3]))
    union = area(one) + area(other) - shared
    around = area(
        [min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])]
    )
    return shared / union - (around - union) / around


def boxes(count, seed):
    corners = torch.rand(count, 4, generator=torch.Generator().manual_seed(seed)) * 10
    low, high = corners[:, :2], corners[:, 2:]
    return torch.cat([torch.minimum(low, high), torch.maximum(low, high) + 0.1], dim=1)


ONE, OTHER = boxes(200, 0), boxes(200, 1)


@pytest.mark.parametrize(("fast", "slow"), [(iou, iou_written_out), (giou, giou_written_out)])
def test_agrees_with_the_areas_written_out(fast, slow):
    expected = [slow(a, b) for a, b in zip(ONE.tolist(), OTHER.tolist(), strict=True)]
    assert torch.allclose(fast(ONE, OTHER), torch.tensor(expected), atol=1e-5)


def test_l1_is_the_mean_of_all_coordinates():
    pairs = zip(ONE.tolist(), OTHER.tolist(), strict=True)
    gaps = [abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True)]
    assert float(l1_loss(ONE, OTHER)) == pytest.approx(sum(gaps) / len(gaps), rel=1e-5)


def test_equal_boxes_lose_nothing():
    assert float(giou_loss(ONE, ONE)) == pytest.approx(0, abs=1e-6)
    assert float(l1_loss(ONE, ONE)) == 0


def test_boxes_far_apart_lose_up_to_2():
    near, far = torch.tensor([[0.0, 0, 1, 1]]), torch.tensor([[999.0, 999, 1000, 1000]])
    assert 1.999 < float(giou_loss(near, far)) < 2


def test_giou_and_iou_do_not_change_with_the_unit():
    assert torch.allclose(giou(ONE * 256, OTHER * 256), giou(ONE, OTHER), atol=1e-5)


def test_giou_pulls_at_boxes_that_do_not_meet_and_plain_iou_does_not():
    target = torch.tensor([[5.0, 5, 6, 6]])
    for loss, pulls in ((giou_loss, True), (iou_loss, False)):
        box = torch.tensor([[0.0, 0, 1, 1]], requires_grad=True)
        loss(box, target).backward()
        assert box.grad is not None
        assert bool(box.grad.count_nonzero()) is pulls


def test_boxes_without_area_give_no_nan():
    nothing = torch.zeros(1, 4)
    assert float(iou(nothing, nothing)) == 0
    assert torch.isfinite(giou(nothing, nothing)).all()


def test_nan_is_not_turned_into_a_number():
    broken = torch.tensor([[0.0, 0, float("nan"), 1]])
    for loss in (l1_loss, giou_loss, iou_loss):
        assert torch.isnan(loss(broken, torch.tensor([[0.0, 0, 1, 1]])))


@pytest.mark.parametrize("loss", [l1_loss, giou_loss, iou_loss])
@pytest.mark.parametrize("shape", [(31, 4), (32, 1, 4), (32, 5), (4,)])
def test_neither_cuts_off_nor_broadcasts(loss, shape):
    with pytest.raises(ValueError, match="cannot be paired"):
        loss(torch.rand(32, 4), torch.rand(shape))
