"""The box refinement task: what one forward pass computes, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainers import distributed
from trainers.box_refinement import encoder as encoders
from trainers.box_refinement.batches import EVALUATION_NOISE, Batch, Batches, batch_of
from trainers.box_refinement.config import BoxRefinementConfig
from trainers.box_refinement.data import held_out_examples, training_examples
from trainers.box_refinement.facts import facts_of
from trainers.box_refinement.frames import Frame
from trainers.box_refinement.head import BoxHead, refine
from trainers.box_refinement.losses import giou_loss, iou, l1_loss
from trainers.box_refinement.pictures import SHOWN, drawn
from trainers.box_refinement.presets import BOX_REFINEMENT
from trainers.box_refinement.telemetry import Telemetry, own_weight
from trainers.data.ahead import Ahead
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
    primary = BOX_REFINEMENT.primary_metric
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
        self.ahead = Ahead(self.batches.__getitem__, distributed.world())
        self.store = _store(config, run_dir)
        extractor = self.encoder.extractor(config.extract_at_once)
        in_key = config.cache_key == "content_and_device"
        self.features = Features(extractor, self.store, device, in_key)
        self.evaluated = Features(extractor, self.store, device, in_key)  # counted apart
        self.telemetry = Telemetry()
        self._told: dict[str, str] = {}
        self._said_off = False
        self.facts = facts_of(self)

    def batch(self, forward: int) -> Batch:
        if forward <= self.batches.in_a_pass < forward + distributed.world():
            self._told["first_pass"] = (
                "Every image was seen once: from here on the feature cache should hit"
            )
        return self.ahead[forward]

    def move(self, batch: Batch) -> Batch:
        return batch.on(self.device)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        features = self.features.of(batch.examples)
        self.features.compare_notes()
        found = refine(self.model, features, batch.proposals, batch.image_of, self.rounds)
        with full_precision(self.device):
            targets = self.frame.targets(batch.boxes, batch.longest)
            boxes = [self.frame.predictions(part) for part in found]
            self.telemetry.look(boxes[-1].detach(), targets, self.frame.size)
            weight = own_weight(len(targets))
            return {
                "l1": torch.stack([l1_loss(part, targets) for part in boxes]).mean() * weight,
                "giou": torch.stack([giou_loss(part, targets) for part in boxes]).mean() * weight,
            }

    def after_update(self) -> None:
        pass

    def numbers(self) -> Mapping[str, float]:
        """Of the boxes and features of all processes."""
        skipped = len(self.train.skipped) + len(self.held_out.skipped)
        return {
            **self.telemetry.take(),
            **self.features.take(),
            "data/skipped": float(skipped),
        }

    def marks(self) -> Mapping[str, str]:
        told, self._told = self._told, {}
        if self.store and self.store.off and not self._said_off:
            self._said_off = True
            told["cache_off"] = f"Features are no longer kept: {self.store.off}"
        return told

    def evaluate(self) -> Mapping[str, float]:
        """IoU with the true boxes in one frame, whatever the loss was told."""
        parts = [self._refined(first, EVALUATED_AT_ONCE) for first in self._starts()]
        overlaps = torch.cat([iou(boxes, batch.boxes).cpu() for batch, boxes in parts])
        return {
            "eval/iou": float(overlaps.mean()),
            "eval/recall_at_75": float((overlaps >= RECALL_AT).float().mean()),
        }

    def _starts(self) -> range:
        return range(0, len(self.held_out), EVALUATED_AT_ONCE)

    @torch.no_grad()
    def _refined(self, first: int, count: int) -> tuple[Batch, Tensor]:
        """Some held-out images, always with the same proposals, and the refined boxes. (K, 4)"""
        last = min(first + count, len(self.held_out))
        chosen = [self.held_out[number] for number in range(first, last)]
        rng = np.random.default_rng((0, first))
        batch = batch_of(chosen, EVALUATION_NOISE, rng).on(self.device)
        features = self.evaluated.of(batch.examples)
        with computing(self.model, self.config.precision, self.device):
            found = refine(self.model, features, batch.proposals, batch.image_of, self.rounds)
        return batch, found[-1]

    def samples(self) -> list[Sample]:
        """The first held-out pictures with boxes before, predicted and true."""
        batch, refined = self._refined(0, SHOWN)
        return [drawn(batch, refined)]

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
