"""The box refinement task: what one forward pass computes, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainers.box_refinement import encoder as encoders
from trainers.box_refinement.config import BoxRefinementConfig
from trainers.box_refinement.data import (
    EVALUATION_NOISE,
    Batch,
    Batches,
    batch_of,
    held_out_examples,
    training_examples,
)
from trainers.box_refinement.frames import Frame
from trainers.box_refinement.head import BoxHead, refine
from trainers.box_refinement.losses import giou_loss, iou, l1_loss
from trainers.errors import BadInput
from trainers.feature_store import MIB, FeatureStore
from trainers.features import Features
from trainers.precision import computing, full_precision, place
from trainers.samples import Sample

NAME = "box_refinement"
RECALL_AT = 0.75  # IoU from which a box counts as found
EVALUATED_AT_ONCE = 16  # images


class BoxTask:
    """See trainers.loop.Task."""

    name = NAME
    faster: Mapping[str, float] = {}

    def __init__(
        self, config: BoxRefinementConfig, device: torch.device, seed: int, run_dir: Path
    ) -> None:
        self.config = config
        self.device = device
        self.rounds = 1 if config.fast else config.rounds
        self.encoder = encoders.load(config, device)
        self.model = BoxHead(self.encoder.channels, config.width, config.enlarge)
        place(self.model, config.precision, device)
        self.loss_weights = {"l1": config.l1_weight, "giou": config.giou_weight}
        self.frame = _frame(config, self.encoder.side)
        self.train = training_examples(config)
        self.held_out = held_out_examples(config)
        self.batches = Batches(self.train, config.batch_size, config.noise, seed)
        self.store = _store(config, run_dir)
        extractor = self.encoder.extractor(config.extract_at_once)
        in_key = config.cache_key == "content_and_device"
        self.features = Features(extractor, self.store, device, in_key)
        self.evaluated = Features(extractor, self.store, device, in_key)  # counted apart
        self._seen: dict[str, float] = {}
        self._told: dict[str, str] = {}
        self._said_off = False
        self.facts = _facts(self)

    def batch(self, forward: int) -> Batch:
        if forward == self.batches.in_a_pass:
            self._told["first_pass"] = (
                "Every image was seen once: from here on the feature cache should hit"
            )
        return self.batches[forward]

    def move(self, batch: Batch) -> Batch:
        return batch

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        features = self.features.of(batch.examples)
        proposals, image_of = batch.proposals.to(self.device), batch.image_of.to(self.device)
        found = refine(self.model, features, proposals, image_of, self.rounds)
        with full_precision(self.device):
            targets = self._targets(batch)
            boxes = [self.frame.predictions(part) for part in found]
            self._look(boxes[-1].detach(), targets)
            return {
                "l1": torch.stack([l1_loss(part, targets) for part in boxes]).mean(),
                "giou": torch.stack([giou_loss(part, targets) for part in boxes]).mean(),
            }

    def _targets(self, batch: Batch) -> Tensor:
        boxes, longest = batch.boxes.to(self.device), batch.longest.to(self.device)
        return self.frame.targets(boxes, longest)

    def _look(self, boxes: Tensor, targets: Tensor) -> None:
        """After the last round, as the loss sees it."""
        self._seen = {
            "box/l1_over_size": float(l1_loss(boxes, targets)) / self.frame.size,
            "box/iou": float(iou(boxes, targets).mean()),
        }

    def after_update(self) -> None:
        pass

    def numbers(self) -> Mapping[str, float]:
        return {**self._seen, **self.features.take()}

    def marks(self) -> Mapping[str, str]:
        told, self._told = self._told, {}
        if self.store and self.store.off and not self._said_off:
            self._said_off = True
            told["cache_off"] = f"Features are no longer kept: {self.store.off}"
        return told

    def evaluate(self) -> Mapping[str, float]:
        """IoU with the true boxes in one frame, whatever the loss was told."""
        overlaps = torch.cat([self._overlaps(first) for first in self._starts()])
        return {
            "eval/iou": float(overlaps.mean()),
            "eval/recall_at_75": float((overlaps >= RECALL_AT).float().mean()),
        }

    def _starts(self) -> range:
        return range(0, len(self.held_out), EVALUATED_AT_ONCE)

    @torch.no_grad()
    def _overlaps(self, first: int) -> Tensor:
        """Of the refined boxes of some held-out images, always with the same proposals. (K,)"""
        last = min(first + EVALUATED_AT_ONCE, len(self.held_out))
        chosen = [self.held_out[number] for number in range(first, last)]
        batch = batch_of(chosen, EVALUATION_NOISE, np.random.default_rng((0, first)))
        features = self.evaluated.of(batch.examples)
        proposals, image_of = batch.proposals.to(self.device), batch.image_of.to(self.device)
        with computing(self.model, self.config.precision, self.device):
            found = refine(self.model, features, proposals, image_of, self.rounds)
        return iou(found[-1], batch.boxes.to(self.device)).cpu()

    def samples(self) -> Sequence[Sample]:
        return ()

    def state_dict(self) -> dict[str, Any]:
        return {
            "encoder": self.features.extractor.fingerprint,
            "features": self.features.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        if state["encoder"] != self.features.extractor.fingerprint:
            raise BadInput(
                "the checkpoint's head was trained on another encoder's features; put the encoder"
                " back, or start a new run in another directory"
            )
        self.features.load_state_dict(state["features"])


def _frame(config: BoxRefinementConfig, side: int) -> Frame:
    return Frame(config.box_unit, side, original=config.targets_in == "original_pixels")


def _store(config: BoxRefinementConfig, run_dir: Path) -> FeatureStore | None:
    if not config.cache:
        return None
    folder = Path(config.cache_dir) if config.cache_dir else run_dir / "features"
    return FeatureStore(folder, config.cache_limit * MIB)


def _facts(task: BoxTask) -> dict[str, Any]:
    config, encoder = task.config, task.encoder
    return {
        "weights/coverage": encoder.coverage,
        "weights/missing": list(encoder.missing),
        "encoder/parameters": sum(p.numel() for p in encoder.model.parameters()),
        "encoder/fingerprint": task.features.extractor.fingerprint[:16],
        "box/unit": config.box_unit,
        "box/frame_size": task.frame.size,
        "box/targets_in": config.targets_in,
        "box/rounds": task.rounds,
        "cache/limit": config.cache_limit * MIB if config.cache else 0,
        "cache/key": config.cache_key,
        "data/images": len(task.train),
        "data/fingerprint": task.train.fingerprint(),
        "eval/noise": EVALUATION_NOISE,
    }
