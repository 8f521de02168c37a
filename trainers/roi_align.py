"""RoI align (He et al., Mask R-CNN, 2017) in plain torch, by the rules of torchvision's kernel.

An average of bilinear samples is a weighted sum in which rows and columns separate, so every box
becomes two small weight matrices: out = Wy . map . Wx. What the kernel does at the edges:
- a sample beyond -1 or the map's size counts as 0; between -1 and 0 it is moved to 0;
- with adaptive sampling a box of width or height <= 0 gets no samples at all: a zero vector.
A box with a number that is not finite also gives a zero vector (the kernel leaves it undefined).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

SMALL = 2**15  # numbers in a map: up to there a copy of it for each box is the quickest


def roi_align(
    features: Tensor,
    boxes: Tensor,
    image_of: Tensor,
    *,
    bins: int = 1,
    sampling_ratio: int = -1,
    aligned: bool = True,
) -> Tensor:
    """Features under each box. (K, C, bins, bins)

    features: (B, C, H, W); boxes: (K, 4) as x1, y1, x2, y2 in cells of the map
    image_of: (K,) which of the B maps a box lies on
    sampling_ratio: samples a bin and axis, -1 = as many as the bin has cells
    aligned: shift by half a cell, as it should be; without it sizes below 1 also grow to 1
    """
    height, width = features.shape[-2:]
    low, high = boxes[:, :2].T, boxes[:, 2:].T  # (2, K): x and y
    if height == width:  # both axes in one go: for few boxes the number of calls is what costs
        both = _weights(low, high, width, bins, sampling_ratio, aligned=aligned)
        weight_x, weight_y = both.to(features.dtype)
    else:
        weight_x, weight_y = (
            _weights(low[axis], high[axis], size, bins, sampling_ratio, aligned=aligned).to(
                features.dtype
            )
            for axis, size in ((0, width), (1, height))
        )
    if features[0].numel() <= SMALL or not len(boxes):
        rows = torch.einsum("kph,kchw->kcpw", weight_y, features.index_select(0, image_of))
        return torch.einsum("kcpw,kqw->kcpq", rows, weight_x)
    return _by_image(features, weight_y, weight_x, image_of)


def _by_image(features: Tensor, weight_y: Tensor, weight_x: Tensor, image_of: Tensor) -> Tensor:
    """All boxes of a map at once, so that no map is copied for a box."""
    images, channels, height, width = features.shape
    bins = weight_x.shape[1]
    place, most = _places(image_of, images)
    at = image_of * most + place  # row of each box where every image has room for `most`
    all_x = weight_x.new_zeros(images * most, bins, width).index_copy(0, at, weight_x)
    all_y = weight_y.new_zeros(images * most, bins, height).index_copy(0, at, weight_y)
    columns = features.reshape(images, channels * height, width) @ all_x.view(
        images, most * bins, width
    ).transpose(1, 2)
    columns = columns.view(images, channels, height, most, bins).permute(0, 3, 2, 1, 4)
    found = all_y @ columns.reshape(images * most, height, channels * bins)
    found = found.view(images * most, bins, channels, bins).transpose(1, 2)
    return found.index_select(0, at)


def _places(image_of: Tensor, images: int) -> tuple[Tensor, int]:
    """The place of each box among those of its image, and how many boxes an image has at most."""
    counts = torch.bincount(image_of, minlength=images)
    order = torch.argsort(image_of, stable=True)
    first = F.pad(counts.cumsum(0), (1, 0))[:-1]
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order), device=order.device) - first[image_of[order]]
    return place, int(counts.max())


def _weights(
    low: Tensor, high: Tensor, size: int, bins: int, sampling_ratio: int, *, aligned: bool
) -> Tensor:
    """What each cell of an axis contributes to each bin. (..., K, bins, size), float32"""
    finite = torch.isfinite(low) & torch.isfinite(high)
    low, high = torch.where(finite, low, 0).float(), torch.where(finite, high, 0).float()
    start = low - (0.5 if aligned else 0.0)
    length = high - low
    if not aligned:
        length = length.clamp(min=1)
    bin_length = length / bins
    adaptive = sampling_ratio <= 0
    count = bin_length.ceil() if adaptive else torch.full_like(bin_length, sampling_ratio)
    position, sampled = _samples(start, bin_length, count, size, bins)
    bilinear = _bilinear(position, size) * sampled[..., None]
    return bilinear.sum(-2) / count.clamp(min=1)[..., None, None] * finite[..., None, None]


def _samples(
    start: Tensor, bin_length: Tensor, count: Tensor, size: int, bins: int
) -> tuple[Tensor, Tensor]:
    """Where the samples lie that can touch the map, and which of them exist. (..., bins, S) each

    A box in pixel units asks for hundreds of samples far outside, so each bin is entered at its
    first sample that is not left of the map.
    """
    apart = bin_length / count.clamp(min=1)  # > 0.5 where there is more than one sample
    bin_start = start[..., None] + torch.arange(bins, device=start.device) * bin_length[..., None]
    skipped = ((-1 - bin_start) / apart[..., None].clamp(min=1e-6)).floor() - 1
    skipped = torch.minimum(skipped.clamp(min=0), count.clamp(min=0)[..., None])
    most = int(min(count.max().item(), 2 * (size + 2) + 3)) if count.numel() else 0
    index = skipped[..., None] + torch.arange(max(most, 0), device=start.device)
    position = bin_start[..., None] + (index + 0.5) * apart[..., None, None]
    return position, index < count[..., None, None]


def _bilinear(position: Tensor, size: int) -> Tensor:
    """Weights of the cells around each sample. (..., size)"""
    inside = (position >= -1) & (position <= size)
    near = position.clamp(0, size - 1)
    cells = torch.arange(size, device=position.device)
    weights: Tensor = (1 - (near[..., None] - cells).abs()).clamp(min=0)
    return weights * inside[..., None]
