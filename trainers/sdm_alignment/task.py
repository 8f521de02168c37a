"""The SDM alignment task: what one forward pass computes, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.data.people import ANCHOR, MODALITIES, OTHERS, count
from trainers.precision import computing, full_precision, place
from trainers.sdm_alignment.config import SdmAlignmentConfig
from trainers.sdm_alignment.data import Batch, Batches, open_sets
from trainers.sdm_alignment.evaluation import TEMPERATURE, Gallery, look, scores
from trainers.sdm_alignment.losses import Rule, Side, lowest, mean_of, norm_penalty, sdm
from trainers.sdm_alignment.model import Aligner
from trainers.sdm_alignment.spikes import Spikes
from trainers.sdm_alignment.telemetry import Telemetry
from trainers.sdm_alignment.temperature import Temperature
from trainers.sdm_alignment.weights import Start, prepare

SHOWN = 5  # skipped records that the facts name


class SdmTask:
    """See trainers.loop.Task."""

    name = "sdm_alignment"

    def __init__(self, config: SdmAlignmentConfig, device: torch.device, seed: int) -> None:
        self.config = config
        self.device = device
        self.sets = open_sets(config)
        self.batches = Batches(self.sets.train, config.batch_size, config.records_per_person, seed)
        start = prepare(config, len(self.sets.train.members))
        self.model: Aligner = start.model
        self.tokenize = start.tokenize
        place(self.model, config.precision, device)
        self.model.keep_exact()
        self.loss_weights = {
            "sdm": config.sdm_weight,
            "identity": config.identity_weight,
            "norm": config.norm_penalty,
        }
        self.faster = dict.fromkeys(self.model.new_modules, config.new_module_speed)
        self.rule = rule_of(config)
        self.gallery = Gallery(self.sets.test, self.tokenize, device)
        self.temperature = Temperature(config, config.steps)
        self.spikes = Spikes()
        self.telemetry = Telemetry()
        self.step = 0
        self._marks: dict[str, str] = {}
        self.facts = _facts(self, start)

    def batch(self, forward: int) -> Batch:
        return self.batches[forward]

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        sides = {modality: self._side(batch, modality) for modality in MODALITIES}
        self.telemetry.features(batch, sides)
        with full_precision(self.device):
            identity = batch.identity.to(self.device)
            rows = torch.cat([side.features[side.present] for side in sides.values()])
            who = torch.cat([identity[side.present] for side in sides.values()])
            return {
                "sdm": self._sdm(sides, identity),
                "identity": self._identity(rows, who),
                "norm": norm_penalty(rows, self.config.norm_target, self.config.norm_band),
            }

    def _side(self, batch: Batch, modality: str) -> Side:
        """The modality's embedding of every record: zero, or the null vector, where it lacks."""
        present = batch.present[modality].to(self.device)
        seen = torch.zeros(0, self.model.backbone.width, device=self.device)
        if bool(present.any()):
            seen = look(self.model, batch, modality, self.tokenize, self.device)
        if not self.config.mask_missing:
            rows = self.model.embed(modality, self.model.stand_in(modality, seen, present))
            return Side(rows, torch.ones_like(present))
        rows = torch.zeros(len(present), self.model.width, device=self.device)
        if len(seen):
            rows[present] = self.model.embed(modality, seen)
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
        fell = self.telemetry.troubled and self.temperature.trouble(self.step)
        if fell and self.temperature.fallbacks == 1:
            self._marks["temperature_fallback"] = (
                "First fallback of the temperature: a term of the SDM loss was negative or not"
                " finite"
            )

    def numbers(self) -> dict[str, float]:
        row = self.telemetry.take()
        parts = [row[f"sdm/{m}/loss"] for m in OTHERS if f"sdm/{m}/loss" in row]
        if parts:
            self.spikes.see(sum(parts) / len(parts))
        return {
            **row,
            "sdm/fallbacks": float(self.temperature.fallbacks),
            "train/spikes": float(self.spikes.count),
        }

    def marks(self) -> Mapping[str, str]:
        found, self._marks = self._marks, {}
        return found

    def evaluate(self) -> Mapping[str, float]:
        with computing(self.model, self.config.precision, self.device):
            return scores(self.gallery, self.model)

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


def _facts(task: SdmTask, start: Start) -> dict[str, Any]:
    config = task.config
    recall, precision = task.gallery.chance()
    return {
        "weights/coverage": start.coverage,
        "weights/missing": list(start.missing),
        "sdm/objective": config.objective,
        "sdm/target_rows": config.target_rows,
        "sdm/mask_missing": config.mask_missing,
        "sdm/loss_precision": config.loss_precision,
        "sdm/lower_bound": _bound(config),
        "features/width": config.width,
        "features/norm_target": config.norm_target,
        "eval/chance_recall_at_1": recall,
        "eval/chance_map": precision,
        "eval/identities": len(task.sets.test.members),
        "eval/gallery": int(task.gallery.present[ANCHOR].sum()),
        "eval/temperature": TEMPERATURE,
        "data/identities": len(task.sets.train.members),
        "data/records": count(task.sets.train),
        "data/missing_share": None if config.manifest else config.missing_share,
        "data/skipped": len(task.sets.skipped),
        "data/skipped_records": list(task.sets.skipped[:SHOWN]),
        "data/fingerprint": task.sets.train.fingerprint(),
        "data/test_fingerprint": task.sets.test.fingerprint(),
    }


def _bound(config: SdmAlignmentConfig) -> float:
    """What a healthy SDM term cannot fall below: 0, or what eps costs with a full batch."""
    if config.objective == "forward_kl":
        return 0.0
    return lowest(config.batch_size, config.records_per_person, config.eps)
