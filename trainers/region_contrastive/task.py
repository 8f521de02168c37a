"""The region contrastive task: what one forward pass computes, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from trainers.data.ahead import Ahead
from trainers.loop import distributed
from trainers.loop.precision import computing, full_precision, place
from trainers.region_contrastive import across, evaluation, facts, hard, reading, sets, showing
from trainers.region_contrastive.bank import Bank, Warmup
from trainers.region_contrastive.config import RegionContrastiveConfig
from trainers.region_contrastive.data import Batch, Batches
from trainers.region_contrastive.gallery import Gallery
from trainers.region_contrastive.losses import Side, global_loss, region_logits, region_loss, unit
from trainers.region_contrastive.model import RegionClip
from trainers.region_contrastive.pixels import fitted
from trainers.region_contrastive.presets import REGION_CONTRASTIVE
from trainers.region_contrastive.telemetry import Telemetry
from trainers.region_contrastive.weights import GLOBAL_SCALE, HARD_SCALE, REGION_SCALE, prepare
from trainers.samples import Sample


class RegionTask:
    """See trainers.loop.Task."""

    name = REGION_CONTRASTIVE.name
    primary = REGION_CONTRASTIVE.primary_metric

    def __init__(self, config: RegionContrastiveConfig, device: torch.device, seed: int) -> None:
        self.config = config
        self.device = device
        start = prepare(config)
        self.model: RegionClip = start.model
        _set_scale(self.model, config)
        place(self.model, config.precision, device)
        self.loss_weights = {"global": config.global_weight, "region": config.region_weight}
        if config.hard_weight:
            self.loss_weights["hard"] = config.hard_weight
        scales = (REGION_SCALE, GLOBAL_SCALE, HARD_SCALE)
        self.faster = dict.fromkeys(scales, config.logit_scale_speed)
        self.sets = sets.load(config, self.model.image_side)
        self.batches = _batches(self, reading.of(config, start, self.sets), seed)
        self._ahead = Ahead(self.batches.__getitem__, distributed.world())
        self.gallery = Gallery(self.sets.held_out, self.sets.phrases, start.tokenize, device)
        warmup = Warmup(config.bank_warmup, config.bank_warmup_unit, config.accumulation)
        self.bank = Bank(config.bank_size, self.model.width, warmup, device)
        self._bank_state = self.bank.state
        self.telemetry = Telemetry()
        self._clamped = False
        self.facts = facts.of(self, start)

    def batch(self, forward: int) -> Batch:
        return self._ahead[forward]

    def move(self, batch: Batch) -> Batch:
        return batch.to(self.device)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        self.telemetry.batch(batch)
        images = fitted(batch.images, self.model)
        self.telemetry.images(images)
        whole, maps = self.model.see(images)
        raw = self.model.regions(maps, batch.boxes, batch.image_of)
        read = self.model.texts(batch.words.ids, batch.words.mask)
        captions, texts, hard_texts = read.split(
            [len(batch.captions), len(batch.texts), len(batch.hard.texts)]
        )
        kinds = [captions] if batch.captions else []
        if batch.long_words is not None:
            kinds.append(self.model.long_captions(batch.long_words.ids, batch.long_words.mask))
        with full_precision(self.device):
            found = {
                "global": torch.stack([self._global_loss(whole, kind) for kind in kinds]).sum(),
                "region": self._region_loss(raw, texts, batch.phrase),
            }
            if self.config.hard_weight:
                found["hard"] = self._hard_loss(raw, hard_texts, batch.hard)
            return found

    def _global_loss(self, whole: Tensor, captions: Tensor) -> Tensor:
        images, captions = self._unit(whole), self._unit(captions)
        rows = across.rows(len(images))
        all_images, all_captions = across.pairs(images, captions, rows)
        scale = self.model.clip.logit_scale.float().exp()
        to_caption = scale * images @ all_captions.T
        alone = rows.total == len(images)
        to_image = to_caption.T if alone else scale * captions @ all_images.T
        return global_loss(to_caption, to_image, rows.first) * rows.share

    def _region_loss(self, raw: Tensor, texts: Tensor, phrase: Tensor) -> Tensor:
        rows = across.rows(len(raw))
        if not rows.total:  # every box was left out: nothing to learn from this one
            self.bank.after_forward(raw, texts, phrase)
            return raw.float().sum()
        self.telemetry.embeddings(raw)
        regions, texts = self._unit(raw), self._unit(texts)
        self.telemetry.directions(regions, texts)
        all_regions, all_texts = across.pairs(regions, texts, rows)
        all_phrases = distributed.gathered_rows(phrase)
        scale = self.model.region_logit_scale.float().exp()
        old_regions, old_texts, old_phrases = self.bank.negatives()
        reads = torch.cat([all_phrases, old_phrases])
        sides = (
            Side(regions, torch.cat([all_texts, old_texts]), phrase, reads, rows.first),
            Side(texts, torch.cat([all_regions, old_regions]), phrase, reads, rows.first),
        )
        self.telemetry.phrases(phrase, reads)
        mask = self.config.mask_duplicates
        one, other = (region_logits(side, scale, mask_duplicates=mask) for side in sides)
        loss = region_loss(one, other, rows.first)
        if one.shape[1] > 1 and len(one):
            self.telemetry.logits(one.detach(), scale.detach(), loss.detach(), rows.first)
        self.bank.after_forward(all_regions, all_texts, all_phrases)
        return loss * rows.share

    def _hard_loss(self, raw: Tensor, texts: Tensor, given: hard.Hard) -> Tensor:
        """Each region against its own phrase and its hard negatives, mean over those that have."""
        scale = self.model.hard_logit_scale
        logits = hard.hard_logits(
            self._unit(raw), self._unit(texts), given.rows, scale.float().exp()
        )
        total = hard.hard_loss(logits)
        self.telemetry.hard(logits.detach(), total.detach())
        rows = across.rows(len(logits))
        return total * (len(rows.counts) / max(1, rows.total))

    def _unit(self, vectors: Tensor) -> Tensor:
        return unit(vectors, self.config.norm_eps)

    def after_update(self) -> None:
        self._clamped = self.model.clamp_scales()

    def numbers(self) -> dict[str, float]:
        scale = self.model.region_logit_scale
        row = {
            **self.telemetry.take(),
            "region/logit_scale": float(scale.detach()),
            "region/logit_scale_grad": 0.0 if scale.grad is None else float(scale.grad.detach()),
            "region/clamped_scale": float(self._clamped),
            "bank/fill": float(self.bank.fill),
            "bank/forwards": float(self.bank.forwards),
        }
        if self.config.hard_weight:
            row["hard/logit_scale"] = float(self.model.hard_logit_scale.detach())
        return row

    def marks(self) -> Mapping[str, str]:
        state, before = self.bank.state, self._bank_state
        self._bank_state = state
        if state == before:
            return {}
        return {f"bank_{state}": f"{self.bank.fill} / {self.bank.size}"}  # rows

    def evaluate(self) -> Mapping[str, float]:
        with computing(self.model, self.config.precision, self.device):
            self.found = self.gallery.embed(self.model)
        scores = evaluation.scores(self.found)
        if self.config.dataset != "scenes":
            return scores
        return {**scores, **evaluation.attributes(self.found)}

    def samples(self) -> Sequence[Sample]:
        return showing.samples(self.gallery, self.found)

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
        for scale in model.logit_scales:
            scale.requires_grad = False


def _batches(task: RegionTask, read: reading.Reading, seed: int) -> Batches:
    config = task.config
    return Batches(
        task.sets.train,
        batch_size=config.batch_size,
        regions=config.regions_per_batch,
        seed=seed,
        filter_boxes=config.filter_boxes,
        reading=read,
    )
