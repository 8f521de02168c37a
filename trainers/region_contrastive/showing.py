"""Held-out images with their boxes, and what each region finds: for the run page."""

from __future__ import annotations

import numpy as np
import torch

from trainers.region_contrastive.gallery import Found, Gallery
from trainers.samples import Box, Picture, Sample, Words

IMAGES = 4
QUERIES = 6  # regions whose nearest phrases are listed, each from another image
NEAREST = 3


def samples(gallery: Gallery, found: Found) -> list[Sample]:
    """Always of the same images, so that evaluations can be set side by side."""
    cosine = found.regions @ found.texts[: found.phrases].T
    if not bool(cosine.isfinite().all()):
        return []  # a model of NaN finds nothing: there is nothing to show
    best = cosine.topk(min(NEAREST, found.phrases), dim=1).indices.cpu()
    return [_regions(gallery, best[:, 0]), _retrieval(gallery, best)]


def _regions(gallery: Gallery, guess: torch.Tensor) -> Sample:
    """Each image with its true boxes, then what every region was taken for."""
    rows = []
    for image in gallery.image_of.unique().tolist()[:IMAGES]:
        regions = torch.nonzero(gallery.image_of == image).flatten().tolist()
        boxes = tuple(
            Box(_corners(gallery, region), "true", str(place))
            for place, region in enumerate(regions, start=1)
        )
        words = [
            _verdict(gallery, region, int(guess[region]), f"{place}: ")
            for place, region in enumerate(regions, start=1)
        ]
        rows.append(_row(Picture(_pixels(gallery, image), f"#{image}", boxes), words))
    return Sample("regions", "Held-out regions and the phrases they find", tuple(rows))


def _verdict(gallery: Gallery, region: int, guess: int, start: str = "") -> Words:
    """What was found, and the truth where that is another: in no language but the captions' own."""
    said, true = gallery.texts[guess], gallery.names[region].short
    if said == true:
        return Words(f"{start}{true}", right=True)
    return Words(f"{start}{said} ≠ {true}", right=False)


def _retrieval(gallery: Gallery, best: torch.Tensor) -> Sample:
    """A region and the phrases nearest to it, the nearest first."""
    rows = []
    for image in gallery.image_of.unique().tolist()[IMAGES : IMAGES + QUERIES]:
        region = int(torch.nonzero(gallery.image_of == image).flatten()[0])
        true = gallery.names[region].short
        box = Box(_corners(gallery, region), "true", true)
        listed = [gallery.texts[int(number)] for number in best[region]]
        words = [Words(text, right=text == true) for text in listed]
        rows.append(_row(Picture(_pixels(gallery, image), true, (box,)), words))
    return Sample("retrieval", "The phrases nearest to a region", tuple(rows))


def _row(picture: Picture, words: list[Words]) -> tuple[Picture | Words, ...]:
    return (picture, *words)


def _pixels(gallery: Gallery, image: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(H, W, 3), as the data set has it"""
    pixels = gallery.images[image].cpu()
    if pixels.dtype != torch.uint8:
        pixels = (pixels * 255).round().clamp(0, 255).to(torch.uint8)
    return np.ascontiguousarray(pixels.permute(1, 2, 0).numpy())


def _corners(gallery: Gallery, region: int) -> tuple[float, float, float, float]:
    height, width = gallery.images.shape[-2:]
    x1, y1, x2, y2 = gallery.boxes[region].tolist()
    return x1 * width, y1 * height, x2 * width, y2 * height
