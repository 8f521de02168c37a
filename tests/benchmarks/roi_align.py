"""Times RoI align against a grid_sample one-liner: python -m tests.benchmarks.roi_align

By hand, on a quiet machine. Both take turns in one run, forward and backward, and the median of the
ratios is told. grid_sample takes two samples a bin and axis; ours as many as the bin has cells,
which is what the kernel does. Where torchvision works, its kernel is timed as well.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.roi_align import roi_align

Align = Callable[[Tensor, Tensor, Tensor, int], Tensor]
SAMPLES = 2  # of grid_sample, a bin and axis

# images, channels, cells a side, boxes, bins
CASES = {
    "region_contrastive, embedded": (4, 64, 8, 5, 1),
    "region_contrastive, ViT-B/16": (16, 512, 14, 64, 1),
    "box_refinement, embedded": (8, 64, 16, 28, 7),
    "box_refinement, SAM base": (4, 256, 64, 32, 7),
}


def ours(features: Tensor, boxes: Tensor, image_of: Tensor, bins: int) -> Tensor:
    return roi_align(features, boxes, image_of, bins=bins)


def one_liner(features: Tensor, boxes: Tensor, image_of: Tensor, bins: int) -> Tensor:
    """The mean of SAMPLES x SAMPLES bilinear samples a bin."""
    height, width = features.shape[-2:]
    count = bins * SAMPLES
    share = (torch.arange(count, device=boxes.device) + 0.5) / count
    x = boxes[:, :1] + (boxes[:, 2:3] - boxes[:, :1]) * share
    y = boxes[:, 1:2] + (boxes[:, 3:] - boxes[:, 1:2]) * share
    x, y = 2 * x / width - 1, 2 * y / height - 1
    grid = torch.stack(
        [x[:, None, :].expand(-1, count, -1), y[:, :, None].expand(-1, -1, count)], dim=-1
    )
    return F.avg_pool2d(F.grid_sample(features[image_of], grid, align_corners=False), SAMPLES)


def torchvisions() -> Align | None:
    try:
        from torchvision.ops import roi_align as theirs
    except (ImportError, RuntimeError, AttributeError):
        return None

    def align(features: Tensor, boxes: Tensor, image_of: Tensor, bins: int) -> Tensor:
        rows = torch.cat([image_of[:, None].to(boxes.dtype), boxes], dim=1)
        found: Tensor = theirs(features, rows, bins, 1.0, -1, True)
        return found

    return align


def problem(case: Sequence[int], device: torch.device) -> tuple[Tensor, Tensor, Tensor, int]:
    images, channels, side, count, bins = case
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(images, channels, side, side, generator=generator)
    corner = torch.rand(count, 2, generator=generator) * side * 0.6
    extent = (0.1 + 0.3 * torch.rand(count, 2, generator=generator)) * side
    boxes = torch.cat([corner, corner + extent], dim=1)
    image_of = torch.arange(count) % images
    return features.to(device).requires_grad_(), boxes.to(device), image_of.to(device), bins


def timed(align: Align, given: tuple[Tensor, Tensor, Tensor, int], repeats: int) -> float:
    """Seconds a call, with its gradient."""
    started = time.perf_counter()
    for _ in range(repeats):
        align(*given).sum().backward()
        given[0].grad = None
    if given[0].device.type == "cuda":
        torch.cuda.synchronize()
    return (time.perf_counter() - started) / repeats


def measure(name: str, rounds: int, device: torch.device) -> None:
    given = problem(CASES[name], device)
    others = {"grid_sample": one_liner}
    theirs = torchvisions()
    if theirs is not None:
        others["torchvision"] = theirs
    calm = max(1, round(0.02 / timed(ours, given, 3)))  # so that a turn takes 20 ms
    for other, align in others.items():
        timed(align, given, 3)
        pairs = [(timed(ours, given, calm), timed(align, given, calm)) for _ in range(rounds)]
        ratio = statistics.median(one / two for one, two in pairs)
        one, two = (1000 * statistics.median(side) for side in zip(*pairs, strict=True))
        print(f"{name}, {device}: {one:.3f} ms, {other} {two:.3f} ms, ratio {ratio:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args()
    torch.set_num_threads(1)
    for name in CASES:
        measure(name, given.rounds, torch.device(given.device))


if __name__ == "__main__":
    main()
