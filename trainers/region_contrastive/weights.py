"""The weights a training starts from, and how much of the model they cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor
from transformers import AutoTokenizer, CLIPModel

from trainers import coverage
from trainers.errors import BadInput
from trainers.region_contrastive import tokens
from trainers.region_contrastive.config import ModelConfig
from trainers.region_contrastive.model import RegionClip, small_clip

EMBEDDED = Path(__file__).parent / "base.safetensors"
REGION_SCALE = "region_logit_scale"
GLOBAL_SCALE = "clip.logit_scale"


@dataclass(frozen=True)
class Start:
    """coverage: share of the weights that were loaded; missing: names of those that were not

    logit_scale: the loaded one for regions, None where nothing was loaded
    """

    model: RegionClip
    tokenize: tokens.Tokenize
    coverage: float
    missing: tuple[str, ...]
    logit_scale: float | None


def prepare(config: ModelConfig) -> Start:
    """The model with its first weights.

    BadInput: no such file or directory, a damaged one, or one that covers too little.
    """
    if config.clip_model:
        return _covered(_pretrained(Path(config.clip_model)), config.least_coverage)
    model = RegionClip(small_clip())
    if not config.checkpoint:
        return Start(model, tokens.tokenize, 0.0, tuple(dict(model.named_parameters())), None)
    path = EMBEDDED if config.checkpoint == "embedded" else Path(config.checkpoint)
    state = coverage.tensors_of(path, "use embedded, a path, or leave it empty")
    return _covered(_loaded(model, state), config.least_coverage)


def _loaded(model: RegionClip, state: Mapping[str, Tensor]) -> Start:
    fitting = coverage.fitting(model, state)
    if REGION_SCALE not in fitting and GLOBAL_SCALE in fitting:
        fitting[REGION_SCALE] = fitting[
            GLOBAL_SCALE
        ]  # a plain CLIP has one scale, as FG-CLIP takes it
    model.load_state_dict(fitting, strict=False)
    share, missing = coverage.cover(model, set(fitting))
    scale = float(fitting[REGION_SCALE]) if REGION_SCALE in fitting else None
    return Start(model, tokens.tokenize, share, missing, scale)


def _covered(start: Start, least: float) -> Start:
    coverage.check(start.coverage, start.missing, least)
    return start


def _pretrained(directory: Path) -> Start:
    """A CLIP as transformers saves it. Its one logit scale is taken for the regions too."""
    if not (directory / "config.json").is_file():
        raise BadInput(
            f"clip_model: {directory} holds no config.json; name a directory of a saved CLIP"
        )
    try:
        clip, info = CLIPModel.from_pretrained(
            directory, local_files_only=True, output_loading_info=True
        )
        tokenizer = AutoTokenizer.from_pretrained(directory, local_files_only=True)
    except (OSError, ValueError, SafetensorError, RuntimeError) as error:
        raise BadInput(f"clip_model: {directory} cannot be loaded ({error})") from error
    model = RegionClip(clip)
    absent = {f"clip.{name}" for name in info["missing_keys"]}
    names = {name for name, _ in model.named_parameters()} - absent
    with torch.no_grad():
        model.region_logit_scale.copy_(clip.logit_scale)
    share, missing = coverage.cover(model, names)
    longest = int(clip.config.text_config.max_position_embeddings)

    def tokenize(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        found = tokenizer(
            list(texts), padding=True, truncation=True, max_length=longest, return_tensors="pt"
        )
        return found["input_ids"], found["attention_mask"]

    return Start(model, tokenize, share, missing, float(clip.logit_scale.detach()))
