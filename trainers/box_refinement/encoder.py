"""HQ-SAM's image encoder (Ke et al., Segment Anything in High Quality, 2023), frozen.

A small one with random weights, which is enough to see strokes by, or any saved SamHQ model.
"""

from __future__ import annotations

import trainers._compat  # noqa: F401

# isort: split
import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from torch import Tensor
from transformers import SamHQVisionConfig, SamHQVisionModel
from transformers.utils import logging as transformers_logging

from trainers import coverage
from trainers.box_refinement.config_model import EncoderConfig
from trainers.errors import BadInput
from trainers.features import Extractor, Image
from trainers.precision import full_precision

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # SAM's, of ImageNet
PREPARED_AS = 1  # raise when the preparation changes: features made by the old one are not found
SMALL = {
    "image_size": 256,
    "patch_size": 16,
    "hidden_size": 96,
    "mlp_dim": 384,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "global_attn_indexes": [1],
    "window_size": 8,
    "output_channels": 64,
    "initializer_range": 0.02,  # transformers' default of 1e-10 makes features that are all alike
}


@dataclass(frozen=True)
class Encoder:
    """coverage: share of its weights that were loaded; missing: the others, by name"""

    model: SamHQVisionModel
    device: torch.device
    coverage: float
    missing: tuple[str, ...]

    @property
    def side(self) -> int:
        """Of its square frame, in pixels."""
        return int(self.model.config.image_size)

    @property
    def channels(self) -> int:
        return int(self.model.config.output_channels)

    @property
    def preprocessing(self) -> str:
        return f"{PREPARED_AS}: longest side {self.side}, bilinear, padded, {MEAN}, {DEVIATION}"

    def extractor(self, at_once: int) -> Extractor:
        return Extractor(self.see, self.fingerprint(), self.preprocessing, at_once)

    def fingerprint(self) -> str:
        """Changes with the weights and the settings that shape the result."""
        settings = {k: v for k, v in self.model.config.to_dict().items() if k not in BY_THE_WAY}
        state = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
        for name, tensor in sorted(self.model.state_dict().items()):
            state.update(name.encode())
            state.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
        return state.hexdigest()

    @torch.no_grad()
    def see(self, images: Sequence[Image]) -> Tensor:
        """Features (B, C, h, w), in 32 bits also under autocast."""
        frames = torch.stack([framed(image, self.side) for image in images])
        with full_precision(self.device):
            seen: Tensor = self.model(frames.to(self.device)).last_hidden_state
        return seen


BY_THE_WAY = ("_name_or_path", "transformers_version", "architectures", "dtype", "torch_dtype")


def framed(image: Image, side: int) -> Tensor:
    """(3, H, W) to (3, side, side): scaled to the longest side, padded right and below."""
    scale = side / max(image.shape[1:])
    height, width = (max(1, round(length * scale)) for length in image.shape[1:])
    scaled = F.interpolate(
        torch.from_numpy(image)[None],
        size=(height, width),
        mode="bilinear",
        align_corners=False,
        antialias=scale < 1,
    )[0]
    normal = (scaled - torch.tensor(MEAN)[:, None, None]) / torch.tensor(DEVIATION)[:, None, None]
    return F.pad(normal, (0, side - width, 0, side - height))


def load(config: EncoderConfig, device: torch.device) -> Encoder:
    """BadInput: a directory that holds no such model, or too little of one."""
    if config.sam_model:
        model, missing = _pretrained(Path(config.sam_model))
        names = {name for name, _ in model.named_parameters()}
        share, absent = coverage.cover(model, names - missing)
        coverage.check(share, absent, config.least_coverage)
    else:
        model = _small(config.encoder_seed)
        share, absent = coverage.cover(model, set())
    model.eval().requires_grad_(requires_grad=False).to(device)
    return Encoder(model, device, share, absent)


def _small(seed: int) -> SamHQVisionModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SamHQVisionModel(SamHQVisionConfig(**SMALL))


def _pretrained(directory: Path) -> tuple[SamHQVisionModel, set[str]]:
    """The model, and the names of the weights that were not there."""
    if not (directory / "config.json").is_file():
        raise BadInput(
            f"sam_model: {directory} holds no config.json; name a directory of a saved SamHQ model"
        )
    try:
        with _quiet():
            model, info = SamHQVisionModel.from_pretrained(
                directory, local_files_only=True, output_loading_info=True, dtype=torch.float32
            )
    except (OSError, ValueError, SafetensorError, RuntimeError) as error:
        raise BadInput(f"sam_model: {directory} cannot be loaded ({error})") from error
    coverage.require_finite(model, f"sam_model: {directory}")
    unlike = {name for name, *_ in info.get("mismatched_keys", ())}
    return model, set(info["missing_keys"]) | unlike


@contextmanager
def _quiet() -> Iterator[None]:
    """A whole SamHQ model also holds a decoder, which transformers would report line by line."""
    before = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity(logging.CRITICAL)
    try:
        yield
    finally:
        transformers_logging.set_verbosity(before)
