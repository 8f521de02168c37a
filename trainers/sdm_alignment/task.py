"""The SDM alignment task: what one forward pass computes, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers import distributed
from trainers.data.ahead import Ahead
from trainers.data.people import ANCHOR, MODALITIES, OTHERS
from trainers.precision import computing, full_precision, place
from trainers.samples import Sample
from trainers.sdm_alignment.config import SdmAlignmentConfig
from trainers.sdm_alignment.data import Batch, Batches, open_sets
from trainers.sdm_alignment.evaluation import Embedded, Gallery, look, scores
from trainers.sdm_alignment.facts import facts_of
from trainers.sdm_alignment.gathering import Seen, of_all
from trainers.sdm_alignment.losses import Rule, Side, mean_of, norm_penalty, sdm
from trainers.sdm_alignment.model import Aligner
from trainers.sdm_alignment.presets import SDM_ALIGNMENT
from trainers.sdm_alignment.retrieval import retrievals
from trainers.sdm_alignment.spikes import Spikes
from trainers.sdm_alignment.telemetry import Telemetry
from trainers.sdm_alignment.temperature import Temperature
from trainers.sdm_alignment.weights import prepare


class SdmTask:
    """See trainers.loop.Task."""

    name = "sdm_alignment"
    primary = SDM_ALIGNMENT.primary_metric

    def __init__(self, config: SdmAlignmentConfig, device: torch.device, seed: int) -> None:
        self.config = config
        self.device = device
        self.sets = open_sets(config)
        start = prepare(config, len(self.sets.train.members))
        self.model: Aligner = start.model
        self.tokenize = start.tokenize
        place(self.model, config.precision, device)
        self.model.keep_exact()
        batches = Batches(self.sets.train, config.batch_size, config.records_per_person, seed)
        self.batches = Ahead(
            lambda forward: batches[forward].tokenized(start.tokenize), distributed.world()
        )
        self.loss_weights = {
            "sdm": config.sdm_weight,
            "identity": config.identity_weight,
            "norm": config.norm_penalty,
        }
        self.faster = dict.fromkeys(self.model.new_modules, config.new_module_speed)
        self.rule = rule_of(config)
        self.gallery = Gallery(self.sets.test, self.tokenize, device)
        self.found: Embedded = {}
        self.temperature = Temperature(config, config.steps)
        self.spikes = Spikes(config.spike_rule)
        self.telemetry = Telemetry(self.model.width)
        self.step = 0
        self._marks: dict[str, str] = {}
        self.facts = facts_of(self, start)

    def batch(self, forward: int) -> Batch:
        return self.batches[forward]

    def move(self, batch: Batch) -> Batch:
        return batch.on(self.device)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """Of the records of all processes, in each of them."""
        own = {modality: self._look(batch, modality) for modality in MODALITIES}
        seen = of_all(batch, own)
        sides = {modality: self._side(seen, modality) for modality in MODALITIES}
        self.telemetry.features(seen.present, sides)
        with full_precision(self.device):
            rows = torch.cat([side.features[side.present] for side in sides.values()])
            who = torch.cat([seen.identity[side.present] for side in sides.values()])
            return {
                "sdm": self._sdm(sides, seen.identity),
                "identity": self._identity(rows, who),
                "norm": norm_penalty(rows, self.config.norm_target, self.config.norm_band),
            }

    def _look(self, batch: Batch, modality: str) -> Tensor:
        """The backbone's features of the records that have the modality. (n, W)"""
        if bool(batch.present[modality].any()):
            return look(self.model, batch, modality, self.device)
        weight = self.model.project.weight
        return torch.zeros(0, self.model.backbone.width, device=self.device, dtype=weight.dtype)

    def _side(self, seen: Seen, modality: str) -> Side:
        """The modality's embedding of every record: zero, or the null vector, where it lacks."""
        present, features = seen.present[modality], seen.features[modality]
        if not self.config.mask_missing:
            rows = self.model.embed(modality, self.model.stand_in(modality, features, present))
            return Side(rows, torch.ones_like(present))
        rows = torch.zeros(len(present), self.model.width, device=self.device)
        if len(features):
            rows[present] = self.model.embed(modality, features)
        return Side(rows, present)

    def _sdm(self, sides: Mapping[str, Side], identity: Tensor) -> Tensor:
        """The mean over the modalities that can be aligned with RGB; 0 where none can."""
        temperature = self.temperature.at(self.step + 1)
        self.telemetry.mean("sdm/temperature", temperature)
        found = []
        for modality in OTHERS:
            directions = sdm(sides[ANCHOR], sides[modality], identity, temperature, self.rule)
            loss = mean_of(directions) if directions else torch.zeros((), device=self.device)
            self.telemetry.pair(modality, directions, loss.detach(), self.rule)
            found += [loss] if directions else []
        if not found:
            return torch.zeros((), device=self.device)
        return torch.stack(found).mean()

    def _identity(self, rows: Tensor, who: Tensor) -> Tensor:
        named = F.linear(rows, self.model.identify.weight.float())
        right = (named.detach().argmax(dim=1) == who).float().mean()
        self.telemetry.mean("train/identity_accuracy", float(right))
        return F.cross_entropy(named, who)

    def after_update(self) -> None:
        self.step += 1
        troubled = distributed.agree(self.telemetry.troubled)
        fell = troubled and self.temperature.trouble(self.step)
        if fell and self.temperature.fallbacks == 1:
            self._marks["temperature_fallback"] = (
                "First fallback of the temperature: a term of the SDM loss was negative or not"
                " finite"
            )

    def numbers(self) -> dict[str, float]:
        """Of the records of all processes; skipped records are those of this one."""
        row = self.telemetry.take()
        parts = [row[f"sdm/{m}/loss"] for m in OTHERS if f"sdm/{m}/loss" in row]
        if parts:
            self.spikes.see(sum(parts) / len(parts))
        return {
            **row,
            "sdm/fallbacks": float(self.temperature.fallbacks),
            "train/spikes": float(self.spikes.count),
            "data/skipped": float(len(self.sets.left_out)),
        }

    def marks(self) -> Mapping[str, str]:
        found, self._marks = self._marks, {}
        return found

    def evaluate(self) -> Mapping[str, float]:
        with computing(self.model, self.config.precision, self.device):
            self.found = self.gallery.embedded(self.model)
            return scores(self.gallery, self.found)

    def samples(self) -> list[Sample]:
        """What some queries of every modality found in the last evaluation."""
        return retrievals(self.gallery, self.found)

    def state_dict(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "temperature": self.temperature.state_dict(),
            "spikes": self.spikes.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.step = int(state["step"])
        self.temperature.load_state_dict(state["temperature"])
        self.spikes.load_state_dict(state["spikes"])


def rule_of(config: SdmAlignmentConfig) -> Rule:
    dtype = torch.float16 if config.loss_precision == "fp16" else torch.float32
    return Rule(config.objective, config.target_rows, config.eps, dtype)
