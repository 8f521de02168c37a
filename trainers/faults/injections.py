"""What is done to a training from outside. Each takes the loop, before its first step, and when.

Nothing here is called by a real training: a worker of the fault benchmark does.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from trainers.data.people import ANCHOR
from trainers.faults import clock
from trainers.loop.fit import Loop

Change = Callable[[Any], Any]
EVERY = 30  # steps from one bad batch to the next


def nothing(loop: Loop, onset: int, **_options: Any) -> None:
    """For a fault that lies in how the training begins."""


def bank_never_written(loop: Loop, onset: int) -> None:
    bank: Any = loop.task
    bank = bank.bank

    def only_counted(self: Any, *_rows: Tensor) -> None:
        self.forwards += 1

    bank.after_forward = types.MethodType(only_counted, bank)


def region_boxes_in_pixels(loop: Loop, onset: int) -> None:
    side = loop.task.model.image_side
    _batches(loop, onset, lambda batch: replace(batch, boxes=batch.boxes * side))


def region_pairs_shuffled(loop: Loop, onset: int, share: float) -> None:
    def mixed(batch: Any) -> Any:
        rows = _rolled(len(batch.boxes), share)
        return replace(batch, boxes=batch.boxes[rows], image_of=batch.image_of[rows])

    _batches(loop, onset, mixed)


def regions_of_one_image(loop: Loop, onset: int) -> None:
    _batches(loop, onset, lambda batch: replace(batch, image_of=torch.zeros_like(batch.image_of)))


def broken_image(loop: Loop, onset: int) -> None:
    def broken(batch: Any) -> Any:
        images = batch.images.float() / (1 if batch.images.is_floating_point() else 255)
        images[0, 0, 0, 0] = torch.nan
        return replace(batch, images=images)

    _batches(loop, onset, broken)


def common_direction(loop: Loop, onset: int) -> None:
    """Thirty times as long as an embedding: all cosines become nearly 1."""
    model: Any = loop.task.model
    for name in ("regions", "texts"):
        _after(model, name, lambda rows: rows + 30 * rows.detach().norm(dim=1).mean())


def loss_lost(loop: Loop, onset: int, part: str) -> None:
    def lost(losses: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        if loop.step < onset:
            return losses
        return {**losses, part: torch.zeros(())}

    _after(loop.task, "losses", lost)


def sign_flipped(loop: Loop, onset: int, part: str) -> None:
    _after(loop.task, "losses", lambda losses: {**losses, part: -losses[part]})


def weights_not_in_optimizer(loop: Loop, onset: int) -> None:
    for group in loop.optimizer.param_groups:
        copies = [torch.nn.Parameter(weight.detach().clone()) for weight in group["params"]]
        group["params"] = copies


def gradients_kept(loop: Loop, onset: int) -> None:
    loop.optimizer.zero_grad = lambda set_to_none=True: None  # type: ignore[method-assign]


def slower(loop: Loop, onset: int, times: float) -> None:
    """The forward pass takes so much longer that the step takes `times` what it took."""
    losses = loop.task.losses
    usual: list[float] = []

    def late(batch: Any) -> Any:
        if loop.step >= onset:
            clock.add((times - 1) * sorted(usual)[len(usual) // 2] / loop.config.accumulation)
        return losses(batch)

    def measured(update: Callable[[], dict[str, float]]) -> dict[str, float]:
        row = update()
        if loop.step <= onset:
            usual.append(row["time/step"])
        return row

    loop.task.losses = late  # type: ignore[method-assign]
    update = loop.update
    loop.update = lambda: measured(update)  # type: ignore[method-assign]


def slow_reading(loop: Loop, onset: int) -> None:
    """As long as the last step's other parts took: half of the time is waiting."""
    batch = loop.task.batch
    update = loop.update
    last = [0.05]

    def late(forward: int) -> Any:
        clock.add(last[0] / loop.config.accumulation)
        return batch(forward)

    def measured() -> dict[str, float]:
        row = update()
        last[0] = row["time/step"] - row["time/data"]
        return row

    loop.task.batch = late  # type: ignore[method-assign]
    loop.update = measured  # type: ignore[method-assign]


def sdm_pairs_shuffled(loop: Loop, onset: int) -> None:
    def mixed(batch: Any) -> Any:
        images = {
            modality: found if modality == ANCHOR else found[_rolled(len(found), 1.0)]
            for modality, found in batch.images.items()
        }
        tokens = batch.tokens and tuple(part[_rolled(len(part), 1.0)] for part in batch.tokens)
        return replace(batch, images=images, tokens=tokens)

    _batches(loop, onset, mixed)


def dead_modality(loop: Loop, onset: int, modality: str) -> None:
    def dark(batch: Any) -> Any:
        black = torch.zeros_like(batch.images[modality])
        return replace(batch, images={**batch.images, modality: black})

    _batches(loop, onset, dark)


def sdm_bad_batches(loop: Loop, onset: int) -> None:
    def noise(batch: Any) -> Any:
        if (loop.step - onset) % EVERY:
            return batch
        images = {m: torch.randint_like(found, 0, 255) for m, found in batch.images.items()}
        return replace(batch, images=images)

    _batches(loop, onset, noise)


def boxes_as_centres(loop: Loop, onset: int) -> None:
    def centres(batch: Any) -> Any:
        low, high = batch.boxes[:, :2], batch.boxes[:, 2:]
        return replace(batch, boxes=torch.cat([(low + high) / 2, high - low], dim=1))

    _batches(loop, onset, centres)


def boxes_shifted(loop: Loop, onset: int) -> None:
    def shifted(batch: Any) -> Any:
        rows = torch.arange(len(batch.boxes))
        rows[2:] = rows[2:].roll(-1)
        return replace(batch, boxes=batch.boxes[rows])

    _batches(loop, onset, shifted)


def box_bad_batches(loop: Loop, onset: int) -> None:
    def others(batch: Any) -> Any:
        if (loop.step - onset) % EVERY:
            return batch
        return replace(batch, boxes=1 - batch.boxes[:, [2, 3, 0, 1]])

    _batches(loop, onset, others)


def captions_shuffled(loop: Loop, onset: int) -> None:
    def mixed(batch: Any) -> Any:
        rows = torch.arange(len(batch.words.ids))
        count = len(batch.captions)
        rows[:count] = rows[:count].roll(1)
        words = batch.words._replace(ids=batch.words.ids[rows], mask=batch.words.mask[rows])
        return replace(batch, words=words)

    _batches(loop, onset, mixed)


def inverted_images(loop: Loop, onset: int) -> None:
    """In training alone: the held-out images stay as they are."""

    def inverted(batch: Any) -> Any:
        most = 1 if batch.images.is_floating_point() else 255
        return replace(batch, images=most - batch.images)

    _batches(loop, onset, inverted)


def same_batch(loop: Loop, onset: int) -> None:
    batch = loop.task.batch
    loop.task.batch = lambda forward: batch(0)  # type: ignore[method-assign]


def bank_of_noise(loop: Loop, onset: int) -> None:
    bank: Any = loop.task
    bank = bank.bank
    kept = bank.after_forward

    def noise(*rows: Tensor) -> None:
        kept(*rows)
        for name in ("regions", "texts"):
            drawn = torch.randn_like(getattr(bank, name))
            getattr(bank, name).copy_(drawn / drawn.norm(dim=1, keepdim=True))

    bank.after_forward = noise


def boxes_of_another_size(loop: Loop, onset: int) -> None:
    """As shares of an image twice as large."""
    _batches(loop, onset, lambda batch: replace(batch, boxes=batch.boxes / 2))


def identities_shuffled(loop: Loop, onset: int) -> None:
    def mixed(batch: Any) -> Any:
        return replace(batch, identity=batch.identity[torch.randperm(len(batch.identity))])

    _batches(loop, onset, mixed)


def one_text_for_all(loop: Loop, onset: int) -> None:
    def alike(batch: Any) -> Any:
        return replace(
            batch, tokens=batch.tokens and tuple(p[:1].expand_as(p) for p in batch.tokens)
        )

    _batches(loop, onset, alike)


def anchor_of_noise(loop: Loop, onset: int) -> None:
    def noise(batch: Any) -> Any:
        drawn = torch.randint_like(batch.images[ANCHOR], 0, 255)
        return replace(batch, images={**batch.images, ANCHOR: drawn})

    _batches(loop, onset, noise)


def boxes_as_sizes(loop: Loop, onset: int) -> None:
    def sizes(batch: Any) -> Any:
        low, high = batch.boxes[:, :2], batch.boxes[:, 2:]
        return replace(batch, boxes=torch.cat([low, high - low], dim=1))

    _batches(loop, onset, sizes)


def features_of_other_images(loop: Loop, onset: int) -> None:
    def others(batch: Any) -> Any:
        return replace(batch, image_of=(batch.image_of + 1) % len(batch.examples))

    _batches(loop, onset, others)


def weights_reset(loop: Loop, onset: int) -> None:
    """Now and then the first weights are loaded once more, as by a watchdog that restarts."""
    first = {name: value.clone() for name, value in loop.task.model.state_dict().items()}
    update = loop.update

    def updated() -> dict[str, float]:
        row = update()
        if loop.step >= onset and loop.step % EVERY == 0:
            loop.task.model.load_state_dict(first)
        return row

    loop.update = updated  # type: ignore[method-assign]


def last_layer_frozen(loop: Loop, onset: int) -> None:
    last: Any = loop.task.model
    for weight in last.last.parameters():
        weight.requires_grad = False


def _batches(loop: Loop, onset: int, change: Change) -> None:
    """Change every batch from `onset` steps on, when it has been moved to the device."""
    _after(loop.task, "move", lambda batch: change(batch) if loop.step >= onset else batch)


def _after(owner: Any, name: str, change: Change) -> None:
    """Let a method's answer go through `change`."""
    method = getattr(owner, name)
    setattr(owner, name, lambda *given: change(method(*given)))


def _rolled(count: int, share: float) -> Tensor:
    """Row numbers, of which the first `share` are moved on by one."""
    rows = torch.arange(count)
    some = max(2, round(count * share))
    rows[:some] = rows[:some].roll(1)
    return rows
