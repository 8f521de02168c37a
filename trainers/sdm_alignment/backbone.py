"""What sees pictures and reads captions: a small network, or a local CLIP."""

from __future__ import annotations

import trainers._compat  # noqa: F401

# isort: split
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import CLIPModel

from trainers.sdm_alignment.tokens import PAD, VOCABULARY

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


class SmallBackbone(nn.Module):
    """0.6 million parameters: two convolutions over patches, words in their order."""

    width = 128
    stem_width = 64

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(*_halving(self.stem_width, 96), *_halving(96, 128))
        self.shrink = nn.Linear(128 * 4 * 2, self.width)
        self.words = nn.Embedding(VOCABULARY, 64, padding_idx=PAD)
        self.near = nn.Conv1d(64, self.width, 3, padding=1)
        self.far = nn.Conv1d(self.width, self.width, 3, padding=1)

    def see(self, stems: Tensor) -> Tensor:
        """(B, 64, 16, 8) to (B, 128)"""
        return torch.as_tensor(self.shrink(self.trunk(stems).flatten(1)))

    def read(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, L) to (B, 128): the mean over the words that count."""
        there = mask[:, None, :].to(self.words.weight.dtype)
        rows = F.gelu(self.near(self.words(ids).transpose(1, 2) * there))
        rows = self.far(rows * there) * there
        return torch.as_tensor(rows.sum(dim=2) / there.sum(dim=2).clamp(min=1))


def _halving(before: int, after: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(before, after, 3, stride=2, padding=1)
    return convolution, nn.GroupNorm(8, after), nn.ReLU()


class ClipBackbone(nn.Module):
    """The towers of a CLIP; every picture is scaled to its size."""

    stem_width = 3

    def __init__(self, clip: CLIPModel) -> None:
        super().__init__()
        self.clip = clip
        self.width = int(clip.config.projection_dim)
        self.register_buffer("mean", torch.tensor(CLIP_MEAN).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(CLIP_STD).reshape(1, 3, 1, 1), persistent=False)

    def see(self, stems: Tensor) -> Tensor:
        """(B, 3, h, w) to (B, width)"""
        side = int(self.clip.config.vision_config.image_size)
        images = F.interpolate(stems, (side, side), mode="bilinear", align_corners=False)
        images = (images - self.get_buffer("mean")) / self.get_buffer("std")
        pooled = self.clip.vision_model(images.to(stems.dtype)).pooler_output
        return torch.as_tensor(self.clip.visual_projection(pooled))

    def read(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, L) to (B, width)"""
        pooled = self.clip.text_model(input_ids=ids, attention_mask=mask).pooler_output
        return torch.as_tensor(self.clip.text_projection(pooled))
