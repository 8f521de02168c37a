"""The region contrastive task: what one forward pass computes, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from trainers.data.scenes import Scenes
from trainers.precision import computing, full_precision, place
from trainers.region_contrastive.bank import Bank, Warmup
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.data import Batch, Batches
from trainers.region_contrastive.evaluation import NEGATIVES, TEMPERATURE, Gallery, scores
from trainers.region_contrastive.losses import Side, global_loss, region_logits, region_loss, unit
from trainers.region_contrastive.model import INITIAL_LOGIT_SCALE, RegionClip
from trainers.region_contrastive.pixels import fitted
from trainers.region_contrastive.presets import REGION_CONTRASTIVE
from trainers.region_contrastive.telemetry import Telemetry
from trainers.region_contrastive.weights import GLOBAL_SCALE, REGION_SCALE, Start, prepare
from trainers.samples import Sample


class RegionTask:
    """See trainers.loop.Task."""

    name = "region_contrastive"
    primary = REGION_CONTRASTIVE.primary_metric

    def __init__(self, config: RegionContrastiveConfig, device: torch.device, seed: int) -> None:
        self.config = config
        self.device = device
        start = prepare(config)
        self.model: RegionClip = start.model
        self.tokenize = start.tokenize
        _set_scale(self.model, config)
        place(self.model, config.precision, device)
        self.loss_weights = {"global": config.global_weight, "region": config.region_weight}
        self.faster = dict.fromkeys((REGION_SCALE, GLOBAL_SCALE), config.logit_scale_speed)
        self.scenes = _scenes(config, "train")
        self.batches = _batches(config, self.scenes, seed)
        self.gallery = Gallery(_scenes(config, "test"), self.tokenize, device)
        warmup = Warmup(config.bank_warmup, config.bank_warmup_unit, config.accumulation)
        self.bank = Bank(config.bank_size, self.model.width, warmup, device)
        self._bank_state = self.bank.state
        self.telemetry = Telemetry()
        self.facts = _facts(self, start)

    def batch(self, forward: int) -> Batch:
        return self.batches[forward]

    def move(self, batch: Batch) -> Batch:
        return batch

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        self.telemetry.boxes(batch)
        images = fitted(batch.images.to(self.device), self.model)
        whole, maps = self.model.see(images)
        raw = self.model.regions(maps, batch.boxes.to(self.device), batch.image_of.to(self.device))
        ids, mask = self.tokenize([*batch.captions, *batch.texts])
        read = self.model.texts(ids.to(self.device), mask.to(self.device))
        captions, texts = read[: len(whole)], read[len(whole) :]
        with full_precision(self.device):
            scale = self.model.clip.logit_scale.float().exp()
            return {
                "global": global_loss(self._unit(whole), self._unit(captions), scale),
                "region": self._region_loss(raw, texts, batch.phrase.to(self.device)),
            }

    def _region_loss(self, raw: Tensor, texts: Tensor, phrase: Tensor) -> Tensor:
        if not len(raw):  # every box was left out: nothing to learn from this one
            self.bank.after_forward(raw, texts, phrase)
            return raw.float().sum()
        self.telemetry.embeddings(raw)
        regions, texts = self._unit(raw), self._unit(texts)
        scale = self.model.region_logit_scale.float().exp()
        to_phrase, to_region = self._logits(regions, texts, phrase, scale)
        loss = region_loss(to_phrase, to_region)
        if to_phrase.shape[1] > 1:
            self.telemetry.logits(to_phrase.detach(), scale.detach(), loss.detach())
        self.bank.after_forward(regions, texts, phrase)
        return loss

    def _logits(
        self, regions: Tensor, texts: Tensor, phrase: Tensor, scale: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Region to phrase and phrase to region, both against this batch and the bank. (R, N)"""
        old_regions, old_texts, old_phrases = self.bank.negatives()
        reads = torch.cat([phrase, old_phrases])
        sides = (
            Side(regions, torch.cat([texts, old_texts]), phrase, reads),
            Side(texts, torch.cat([regions, old_regions]), phrase, reads),
        )
        mask = self.config.mask_duplicates
        one, other = (region_logits(side, scale, mask_duplicates=mask) for side in sides)
        return one, other

    def _unit(self, vectors: Tensor) -> Tensor:
        return unit(vectors, self.config.norm_eps)

    def after_update(self) -> None:
        self.model.clamp_scales()

    def numbers(self) -> dict[str, float]:
        scale = self.model.region_logit_scale
        return {
            **self.telemetry.take(),
            "region/logit_scale": float(scale.detach()),
            "region/logit_scale_grad": 0.0 if scale.grad is None else float(scale.grad.detach()),
            "bank/fill": float(self.bank.fill),
            "bank/forwards": float(self.bank.forwards),
        }

    def marks(self) -> Mapping[str, str]:
        state, before = self.bank.state, self._bank_state
        self._bank_state = state
        if state == before:
            return {}
        return {f"bank_{state}": f"Memory bank: {state}, {self.bank.fill} of {self.bank.size} rows"}

    def evaluate(self) -> Mapping[str, float]:
        with computing(self.model, self.config.precision, self.device):
            regions, phrases = self.gallery.embed(self.model)
        return scores(regions, phrases, self.gallery.phrase)

    def samples(self) -> Sequence[Sample]:
        return ()

    def state_dict(self) -> dict[str, Any]:
        return {"bank": self.bank.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.bank.load_state_dict(state["bank"])
        self._bank_state = self.bank.state


def _set_scale(model: RegionClip, config: RegionContrastiveConfig) -> None:
    if config.logit_scale_source == "value":
        with torch.no_grad():
            model.region_logit_scale.fill_(config.logit_scale_value)
    if config.logit_scale_speed == 0:
        model.region_logit_scale.requires_grad = False
        model.clip.logit_scale.requires_grad = False


def _scenes(config: RegionContrastiveConfig, split: str) -> Scenes:
    if split == "train":
        broken = config.invalid_share
        return Scenes(config.domain, "train", config.train_scenes, config.data_seed, broken)
    return Scenes(config.domain, "test", config.evaluation_scenes, config.data_seed)


def _batches(config: RegionContrastiveConfig, scenes: Scenes, seed: int) -> Batches:
    return Batches(
        scenes,
        batch_size=config.batch_size,
        regions=config.regions_per_batch,
        seed=seed,
        filter_boxes=config.filter_boxes,
    )


def _facts(task: RegionTask, start: Start) -> dict[str, Any]:
    config, scale = task.config, task.model.region_logit_scale
    return {
        "weights/coverage": start.coverage,
        "weights/missing": list(start.missing),
        "region/logit_scale_initial": float(scale.detach()),
        "region/logit_scale_provenance": _provenance(config, start),
        "region/logit_scale_expected": (
            INITIAL_LOGIT_SCALE if start.logit_scale is None else start.logit_scale
        ),
        "region/logit_scale_dtype": str(scale.dtype).removeprefix("torch."),
        "region/logit_scale_trainable": scale.requires_grad,
        "bank/size": config.bank_size,
        "bank/warmup": config.bank_warmup,
        "bank/warmup_unit": config.bank_warmup_unit,
        "bank/due_step": task.bank.warmup.due_step,
        "eval/negatives": NEGATIVES,
        "eval/temperature": TEMPERATURE,
        "data/fingerprint": task.scenes.fingerprint(),
        "data/invalid_share": config.invalid_share,
    }


def _provenance(config: RegionContrastiveConfig, start: Start) -> str:
    if config.logit_scale_source == "value":
        return "config"
    return "init" if start.logit_scale is None else "checkpoint"
