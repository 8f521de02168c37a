"""CLIP that also sees regions, as FG-CLIP does (Xie et al., 2025).

Region features: the last block of the vision tower is applied without attention (only its value
and output projections and its MLP), so that every patch keeps to itself; then RoI align.
"""

from __future__ import annotations

import trainers._compat  # noqa: F401

# isort: split
import math
from typing import Any

import torch
from torch import Tensor, nn
from transformers import CLIPConfig, CLIPModel

from trainers.region_contrastive import tokens
from trainers.region_contrastive.long_texts import LongTexts
from trainers.roi_align import roi_align

INITIAL_LOGIT_SCALE = math.log(1 / 0.07)  # as CLIP starts
HIGHEST_LOGIT_SCALE = math.log(100)

Three = tuple[float, float, float]  # of red, green and blue
HALVES: tuple[Three, Three] = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))  # 0 to 1 becomes -1 to 1


def small_clip() -> CLIPModel:
    """0.28 million parameters: 64 pixels, patches of 8, 64 wide, 3 + 2 layers."""
    block = {"hidden_size": 64, "intermediate_size": 256, "num_attention_heads": 4}
    text = {
        "num_hidden_layers": 2,
        "vocab_size": tokens.VOCABULARY,
        "max_position_embeddings": tokens.LONGEST,
        "pad_token_id": tokens.PAD,
        "bos_token_id": tokens.BEGIN,
        "eos_token_id": tokens.END,
    }
    vision = {"num_hidden_layers": 3, "image_size": 64, "patch_size": 8}
    config = CLIPConfig(
        text_config={**block, **text, "projection_dim": 64},
        vision_config={**block, **vision, "projection_dim": 64},
        projection_dim=64,
        attn_implementation="eager",  # for towers this small twice as fast as the fused kernels
    )
    return CLIPModel(config)


class RegionClip(nn.Module):
    """clip: the two towers; region_logit_scale: the region loss has its own scale, a logarithm.

    hard_logit_scale: that of the hard negatives, None where there are none
    long_texts: what reads long captions, None where the model reads them as any other text
    preprocessing: mean and spread of the images that it was trained on
    """

    def __init__(
        self,
        clip: CLIPModel,
        long_texts: LongTexts | None = None,
        preprocessing: tuple[Three, Three] = HALVES,
    ) -> None:
        super().__init__()
        self.clip = clip
        self.region_logit_scale = nn.Parameter(torch.tensor(INITIAL_LOGIT_SCALE))
        self.register_parameter("hard_logit_scale", None)
        self.long_texts = long_texts
        self.preprocessing = preprocessing

    def add_hard_negatives(self) -> None:
        """Give them a scale of their own."""
        self.hard_logit_scale = nn.Parameter(torch.tensor(INITIAL_LOGIT_SCALE))

    @property
    def logit_scales(self) -> list[nn.Parameter]:
        scales = (self.region_logit_scale, self.clip.logit_scale, self.hard_logit_scale)
        return [scale for scale in scales if scale is not None]

    @property
    def width(self) -> int:
        return int(self.clip.config.projection_dim)

    @property
    def image_side(self) -> int:
        return int(self.clip.config.vision_config.image_size)

    def texts(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, L) tokens to (B, D), not normalised."""
        pooled = self.clip.text_model(input_ids=ids, attention_mask=mask).pooler_output
        return torch.as_tensor(self.clip.text_projection(pooled))

    def long_captions(self, ids: Tensor, mask: Tensor) -> Tensor:
        """As `texts`, by what reads long captions where the model has that."""
        if self.long_texts is None:
            return self.texts(ids, mask)
        return torch.as_tensor(self.long_texts(self.clip.text_model, ids, mask))

    def see(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, S, S) to whole images (B, D) and maps of patches (B, D, h, w), not normalised."""
        vision = self.clip.vision_model
        before_last = vision.pre_layrnorm(vision.embeddings(images))
        for layer in vision.encoder.layers[:-1]:
            before_last = _output(layer(before_last, None))
        last = vision.encoder.layers[-1]
        whole = vision.post_layernorm(_output(last(before_last, None))[:, 0])
        patches = vision.post_layernorm(_without_attention(last, before_last[:, 1:]))
        return self.clip.visual_projection(whole), self._map(self.clip.visual_projection(patches))

    def regions(self, maps: Tensor, boxes: Tensor, image_of: Tensor) -> Tensor:
        """Features under boxes (K, 4) given in shares of the image. (K, D), not normalised"""
        height, width = maps.shape[-2:]
        cells = boxes.new_tensor([width, height, width, height])
        return roi_align(maps, boxes * cells, image_of).flatten(1)

    @torch.no_grad()
    def clamp_scales(self) -> bool:
        """Keep all scales at or below ln 100, as CLIP's authors do; whether one had to be."""
        before = torch.stack([scale.float() for scale in self.logit_scales])
        for scale in self.logit_scales:
            scale.clamp_(max=HIGHEST_LOGIT_SCALE)
        after = torch.stack([scale.float() for scale in self.logit_scales])
        return bool((after < before).any())

    @staticmethod
    def _map(patches: Tensor) -> Tensor:
        side = math.isqrt(patches.shape[1])
        return patches.transpose(1, 2).reshape(*patches.shape[::2], side, side)


def _without_attention(layer: Any, hidden: Tensor) -> Tensor:
    attention = layer.self_attn
    hidden = hidden + attention.out_proj(attention.v_proj(layer.layer_norm1(hidden)))
    return torch.as_tensor(hidden + layer.mlp(layer.layer_norm2(hidden)))


def _output(block_output: Tensor | tuple[Tensor, ...]) -> Tensor:
    return block_output if isinstance(block_output, Tensor) else block_output[0]
