"""Bad batches: images, boxes, texts or pairs are not what they should be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from trainers.data.people import ANCHOR
from trainers.faults.injections.hooks import EVERY, each_batch
from trainers.loop.fit import Loop


def region_boxes_in_pixels(loop: Loop, onset: int) -> None:
    side = loop.task.model.image_side
    each_batch(loop, onset, lambda batch: replace(batch, boxes=batch.boxes * side))


def region_pairs_shuffled(loop: Loop, onset: int, share: float) -> None:
    def mixed(batch: Any) -> Any:
        rows = _rolled(len(batch.boxes), share)
        return replace(batch, boxes=batch.boxes[rows], image_of=batch.image_of[rows])

    each_batch(loop, onset, mixed)


def regions_of_one_image(loop: Loop, onset: int) -> None:
    each_batch(loop, onset, lambda batch: replace(batch, image_of=torch.zeros_like(batch.image_of)))


def broken_image(loop: Loop, onset: int) -> None:
    def broken(batch: Any) -> Any:
        images = batch.images.float() / (1 if batch.images.is_floating_point() else 255)
        images[0, 0, 0, 0] = torch.nan
        return replace(batch, images=images)

    each_batch(loop, onset, broken)


def inverted_images(loop: Loop, onset: int) -> None:
    """In training alone: the held-out images stay as they are."""

    def inverted(batch: Any) -> Any:
        most = 1 if batch.images.is_floating_point() else 255
        return replace(batch, images=most - batch.images)

    each_batch(loop, onset, inverted)


def captions_shuffled(loop: Loop, onset: int) -> None:
    def mixed(batch: Any) -> Any:
        rows = torch.arange(len(batch.words.ids))
        count = len(batch.captions)
        rows[:count] = rows[:count].roll(1)
        words = batch.words._replace(ids=batch.words.ids[rows], mask=batch.words.mask[rows])
        return replace(batch, words=words)

    each_batch(loop, onset, mixed)


def boxes_of_another_size(loop: Loop, onset: int) -> None:
    """As shares of an image twice as large."""
    each_batch(loop, onset, lambda batch: replace(batch, boxes=batch.boxes / 2))


def sdm_pairs_shuffled(loop: Loop, onset: int) -> None:
    def mixed(batch: Any) -> Any:
        images = {
            modality: found if modality == ANCHOR else found[_rolled(len(found), 1.0)]
            for modality, found in batch.images.items()
        }
        tokens = batch.tokens and tuple(part[_rolled(len(part), 1.0)] for part in batch.tokens)
        return replace(batch, images=images, tokens=tokens)

    each_batch(loop, onset, mixed)


def dead_modality(loop: Loop, onset: int, modality: str) -> None:
    def dark(batch: Any) -> Any:
        black = torch.zeros_like(batch.images[modality])
        return replace(batch, images={**batch.images, modality: black})

    each_batch(loop, onset, dark)


def sdm_bad_batches(loop: Loop, onset: int) -> None:
    def noise(batch: Any) -> Any:
        if (loop.step - onset) % EVERY:
            return batch
        images = {m: torch.randint_like(found, 0, 255) for m, found in batch.images.items()}
        return replace(batch, images=images)

    each_batch(loop, onset, noise)


def identities_shuffled(loop: Loop, onset: int) -> None:
    def mixed(batch: Any) -> Any:
        return replace(batch, identity=batch.identity[torch.randperm(len(batch.identity))])

    each_batch(loop, onset, mixed)


def one_text_for_all(loop: Loop, onset: int) -> None:
    def alike(batch: Any) -> Any:
        return replace(
            batch, tokens=batch.tokens and tuple(p[:1].expand_as(p) for p in batch.tokens)
        )

    each_batch(loop, onset, alike)


def anchor_of_noise(loop: Loop, onset: int) -> None:
    def noise(batch: Any) -> Any:
        drawn = torch.randint_like(batch.images[ANCHOR], 0, 255)
        return replace(batch, images={**batch.images, ANCHOR: drawn})

    each_batch(loop, onset, noise)


def boxes_as_centres(loop: Loop, onset: int) -> None:
    def centres(batch: Any) -> Any:
        low, high = batch.boxes[:, :2], batch.boxes[:, 2:]
        return replace(batch, boxes=torch.cat([(low + high) / 2, high - low], dim=1))

    each_batch(loop, onset, centres)


def boxes_as_sizes(loop: Loop, onset: int) -> None:
    def sizes(batch: Any) -> Any:
        low, high = batch.boxes[:, :2], batch.boxes[:, 2:]
        return replace(batch, boxes=torch.cat([low, high - low], dim=1))

    each_batch(loop, onset, sizes)


def boxes_shifted(loop: Loop, onset: int) -> None:
    def shifted(batch: Any) -> Any:
        rows = torch.arange(len(batch.boxes))
        rows[2:] = rows[2:].roll(-1)
        return replace(batch, boxes=batch.boxes[rows])

    each_batch(loop, onset, shifted)


def box_bad_batches(loop: Loop, onset: int) -> None:
    def others(batch: Any) -> Any:
        if (loop.step - onset) % EVERY:
            return batch
        return replace(batch, boxes=1 - batch.boxes[:, [2, 3, 0, 1]])

    each_batch(loop, onset, others)


def features_of_other_images(loop: Loop, onset: int) -> None:
    def others(batch: Any) -> Any:
        return replace(batch, image_of=(batch.image_of + 1) % len(batch.examples))

    each_batch(loop, onset, others)


def same_batch(loop: Loop, onset: int) -> None:
    batch = loop.task.batch
    loop.task.batch = lambda forward: batch(0)  # type: ignore[method-assign]


def _rolled(count: int, share: float) -> Tensor:
    """Row numbers, of which the first `share` are moved on by one."""
    rows = torch.arange(count)
    some = max(2, round(count * share))
    rows[:some] = rows[:some].roll(1)
    return rows
