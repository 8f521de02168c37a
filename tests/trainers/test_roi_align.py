"""RoI align agrees with the kernel's rules written out in slow scalar code."""

import math

import pytest
import torch

from trainers.roi_align import roi_align

SIZE_Y, SIZE_X = 7, 9


def written_out(channel, box, bins, sampling_ratio, aligned):
    """One channel, one box, sample by sample."""
    offset = 0.5 if aligned else 0.0
    x1, y1, x2, y2 = (float(value) - offset for value in box)
    width, height = x2 - x1, y2 - y1
    if not aligned:
        width, height = max(width, 1.0), max(height, 1.0)
    bin_y, bin_x = height / bins, width / bins
    grid_y = sampling_ratio if sampling_ratio > 0 else math.ceil(bin_y)
    grid_x = sampling_ratio if sampling_ratio > 0 else math.ceil(bin_x)
    out = torch.zeros(bins, bins, dtype=torch.float64)
    for row in range(bins):
        for column in range(bins):
            total = 0.0
            for i in range(grid_y):
                y = y1 + row * bin_y + (i + 0.5) * bin_y / grid_y
                for j in range(grid_x):
                    x = x1 + column * bin_x + (j + 0.5) * bin_x / grid_x
                    total += sample(channel, y, x)
            out[row, column] = total / max(grid_y * grid_x, 1)
    return out


def sample(channel, y, x):
    height, width = channel.shape
    if y < -1 or y > height or x < -1 or x > width:
        return 0.0
    y, x = max(y, 0.0), max(x, 0.0)
    y_low, x_low = int(y), int(x)
    if y_low >= height - 1:
        y_low = y_high = height - 1
        y = float(y_low)
    else:
        y_high = y_low + 1
    if x_low >= width - 1:
        x_low = x_high = width - 1
        x = float(x_low)
    else:
        x_high = x_low + 1
    down, right = y - y_low, x - x_low
    return float(
        channel[y_low, x_low] * (1 - down) * (1 - right)
        + channel[y_low, x_high] * (1 - down) * right
        + channel[y_high, x_low] * down * (1 - right)
        + channel[y_high, x_high] * down * right
    )


def torchvisions():
    """Its kernel, where torchvision is there and fits torch."""
    try:
        from torchvision.ops import roi_align as theirs
    except (ImportError, RuntimeError, AttributeError):
        return None
    return theirs


BOXES = {
    "inside": (1.2, 0.7, 5.9, 4.1),
    "smaller than a cell": (3.1, 2.2, 3.4, 2.3),
    "over every edge": (-2.5, -1.5, 11.0, 9.5),
    "at the last cell": (7.5, 5.5, 9.0, 7.0),
    "wholly outside": (-9.0, -8.0, -3.0, -4.0),
    "no area": (3.0, 1.0, 3.0, 5.0),
    "swapped corners": (6.0, 5.0, 2.0, 1.0),
    "in pixels": (80.0, 90.0, 320.0, 300.0),
    "from inside to far outside": (2.0, 3.0, 250.0, 170.0),
    "from far outside to inside": (-250.0, -170.0, 3.0, 2.0),
}


@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("sampling_ratio", [-1, 2])
@pytest.mark.parametrize("bins", [1, 3])
@pytest.mark.parametrize("name", BOXES)
def test_agrees_with_the_kernel_written_out(name, bins, sampling_ratio, aligned):
    torch.manual_seed(0)
    features = torch.randn(2, 3, SIZE_Y, SIZE_X)
    box = torch.tensor([BOXES[name]])
    fast = roi_align(
        features,
        box,
        torch.tensor([1]),
        bins=bins,
        sampling_ratio=sampling_ratio,
        aligned=aligned,
    )
    for channel in range(3):
        slow = written_out(features[1, channel], BOXES[name], bins, sampling_ratio, aligned)
        assert torch.allclose(fast[0, channel].double(), slow, atol=1e-5)


def many(count=40):
    """Features of three images and boxes on them, more on some than on others."""
    torch.manual_seed(1)
    features = torch.randn(3, 5, SIZE_Y, SIZE_X)
    corners = torch.rand(count, 2) * 6 - 1
    return (
        features,
        torch.cat([corners, corners + 4 * torch.rand(count, 2)], 1),
        (torch.randint(0, 3, (count,)) ** 2 // 2),
    )


@pytest.mark.parametrize("square", [True, False])
def test_large_maps_are_not_copied_for_each_box_and_give_the_same(monkeypatch, square):
    features, boxes, image_of = many()
    features = features[..., :SIZE_Y] if square else features
    results = []
    for small in (2**15, 0):
        monkeypatch.setattr("trainers.roi_align.SMALL", small)
        leaf = features.clone().requires_grad_()
        found = roi_align(leaf, boxes, image_of, bins=3)
        found.square().sum().backward()
        results.append((found, leaf.grad))
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


@pytest.mark.skipif(
    torchvisions() is None, reason="torchvision is not there, or does not fit torch"
)
@pytest.mark.parametrize("aligned", [True, False])
@pytest.mark.parametrize("sampling_ratio", [-1, 2])
def test_agrees_with_torchvision(sampling_ratio, aligned):
    features, boxes, image_of = many()
    rows = torch.cat([image_of[:, None].float(), boxes], dim=1)
    theirs = torchvisions()(features, rows, 3, 1.0, sampling_ratio, aligned)
    settings = {"bins": 3, "sampling_ratio": sampling_ratio, "aligned": aligned}
    ours = roi_align(features, boxes, image_of, **settings)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", ["wholly outside", "no area", "swapped corners", "in pixels"])
def test_an_invalid_box_sees_exactly_nothing(name):
    features = torch.randn(1, 4, SIZE_Y, SIZE_X)
    assert (roi_align(features, torch.tensor([BOXES[name]]), torch.tensor([0])) == 0).all()


@pytest.mark.parametrize("name", ["no area", "swapped corners"])
def test_without_alignment_an_invalid_box_sees_something_arbitrary(name):
    features = torch.randn(1, 4, SIZE_Y, SIZE_X)
    box = torch.tensor([BOXES[name]])
    assert (roi_align(features, box, torch.tensor([0]), aligned=False) != 0).any()


def test_a_tiny_area_still_gives_a_usable_vector():
    features = torch.randn(1, 4, SIZE_Y, SIZE_X)
    box = torch.tensor([[3.0, 3.0, 3.0 + 1e-6, 3.0 + 1e-6]])
    assert roi_align(features, box, torch.tensor([0])).norm() > 0.1


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), -float("inf")])
def test_a_box_that_is_not_finite_sees_nothing(broken):
    features = torch.randn(1, 4, SIZE_Y, SIZE_X)
    box = torch.tensor([[1.0, 1.0, broken, 4.0]])
    assert (roi_align(features, box, torch.tensor([0])) == 0).all()


def test_no_boxes_give_no_rows():
    features = torch.randn(1, 4, SIZE_Y, SIZE_X)
    none = roi_align(features, torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
    assert none.shape == (0, 4, 1, 1)


def test_a_huge_box_needs_no_huge_memory():
    features = torch.randn(1, 1, SIZE_Y, SIZE_X)
    assert (
        roi_align(features, torch.tensor([[0.0, 0.0, 1e9, 1e9]]), torch.tensor([0]))
        .isfinite()
        .all()
    )


def test_gradients_agree_with_finite_differences():
    features = torch.randn(1, 1, 4, 5, dtype=torch.float64, requires_grad=True)
    box = torch.tensor([[0.3, 0.8, 3.9, 3.1]], dtype=torch.float64)
    torch.autograd.gradcheck(lambda map_: roi_align(map_, box, torch.tensor([0]), bins=2), features)
