"""The weights a training starts from, and how much of the model they cover."""

from __future__ import annotations

import trainers._compat  # noqa: F401

# isort: split
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from torch import Tensor
from transformers import AutoTokenizer, CLIPModel

from trainers import coverage
from trainers.errors import BadInput
from trainers.sdm_alignment import tokens
from trainers.sdm_alignment.backbone import ClipBackbone, SmallBackbone
from trainers.sdm_alignment.config_data import ModelConfig
from trainers.sdm_alignment.model import BACKBONE, Aligner

OF_A_RUN = "/model/"  # what the weights' names begin with in the checkpoint of a run


@dataclass(frozen=True)
class Start:
    """coverage: share of the weights that were loaded; missing: names of those that were not"""

    model: Aligner
    tokenize: tokens.Tokenize
    coverage: float
    missing: tuple[str, ...]


def prepare(config: ModelConfig, identities: int) -> Start:
    """The model with its first weights.

    BadInput: no such file or directory, a damaged one, or one that covers too little.
    """
    if config.clip_model and config.checkpoint:
        raise BadInput("checkpoint: it is of the small network; leave it or clip_model empty")
    if config.clip_model:
        return _pretrained(Path(config.clip_model), config, identities)
    model = Aligner(SmallBackbone(), config.width, identities)
    if not config.checkpoint:
        return Start(model, tokens.tokenize, 0.0, tuple(dict(model.named_parameters())))
    return _loaded(model, Path(config.checkpoint), config.least_coverage)


def _loaded(model: Aligner, path: Path, least: float) -> Start:
    state = coverage.tensors_of(path, "use another path, or leave it empty")
    plain = {name.removeprefix(OF_A_RUN): tensor for name, tensor in state.items()}
    fitting = coverage.fitting(model, plain)
    model.load_state_dict(fitting, strict=False)
    coverage.require_finite(model, f"checkpoint: {path}")
    share, missing = coverage.cover(model, set(fitting))
    coverage.check(share, missing, least)
    return Start(model, tokens.tokenize, share, missing)


def _pretrained(directory: Path, config: ModelConfig, identities: int) -> Start:
    """A CLIP as transformers saves it, and new modules around it."""
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
    coverage.require_finite(clip, f"clip_model: {directory}")
    clip.logit_scale.requires_grad = False  # SDM has a temperature of its own
    model = Aligner(ClipBackbone(clip), config.width, identities)
    absent = {f"{BACKBONE}clip.{name}" for name in info["missing_keys"]}
    names = {name for name, _ in model.named_parameters() if name.startswith(BACKBONE)} - absent
    share, missing = coverage.cover(model, names)
    coverage.check(share, missing, config.least_coverage)
    longest = int(clip.config.text_config.max_position_embeddings)

    def tokenize(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        found = tokenizer(
            list(texts), padding=True, truncation=True, max_length=longest, return_tensors="pt"
        )
        return torch.as_tensor(found["input_ids"]), torch.as_tensor(found["attention_mask"])

    return Start(model, tokenize, share, missing)
