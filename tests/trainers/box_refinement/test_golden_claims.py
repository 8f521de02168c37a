"""More of what the report on box refinement claims, computed: hidden failures, clipping, hits."""

import pytest
import torch

from trainers.box_refinement.losses import iou, l1_loss


def test_boxes_inside_a_normalised_frame_cannot_be_more_than_one_apart():
    """Row 30: "L1 < 5" passes anything in shares of the frame."""
    corner = torch.tensor([[0.0, 0, 0, 0]])
    assert float(l1_loss(corner, torch.ones(1, 4))) == 1


def test_turning_nan_to_zero_improves_what_is_reported():
    """Row 32: one broken box lowers the total, and says nothing to the weights."""
    truth = torch.tensor([[0.0, 0, 10, 10]]).repeat(4, 1)
    loss = 1 - iou(truth + torch.tensor([3.0, 3, 3, 3]), truth)
    broken = loss.clone()
    broken[0] = float("nan")
    assert float(broken.nan_to_num(0).mean()) < float(loss.mean())


@pytest.mark.parametrize(("unscale", "length"), [(True, 1.0), (False, 1 / 65536)])
def test_a_gradient_clipped_before_unscaling_is_shorter_by_the_scale(unscale, length):
    """Row 34: SGD then stands still, and AdamW hides it."""
    weight = torch.nn.Parameter(torch.ones(8))
    (weight.sum() * 10 * 65536).backward()
    assert weight.grad is not None
    if unscale:
        weight.grad /= 65536
    seen = torch.nn.utils.clip_grad_norm_([weight], 1.0)
    if not unscale:
        weight.grad /= 65536
    assert float(weight.grad.norm()) == pytest.approx(length, rel=1e-3)
    assert (float(seen) > 1e6) is not unscale


def test_80_per_cent_hits_would_leave_a_batch_at_two_minutes():
    """Row 36: below 10 s needs more than 98 % even if a hit cost nothing."""
    miss = 562.64
    assert 0.2 * miss == pytest.approx(112.5, abs=0.1)
    assert 1 - 10 / miss == pytest.approx(0.982, abs=0.001)
