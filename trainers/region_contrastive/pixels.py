"""Images made to fit a model: its size, its mean and spread, its number format."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.region_contrastive.model import RegionClip


def fitted(images: Tensor, model: RegionClip) -> Tensor:
    """(B, 3, S, S) as the model was trained to see them. Bytes are scaled to shares of 1."""
    if images.dtype == torch.uint8:
        images = images.float() / 255
    side = model.image_side
    if images.shape[-1] != side:
        images = F.interpolate(images, size=(side, side), mode="bilinear", align_corners=False)
    mean, spread = (images.new_tensor(three).view(3, 1, 1) for three in model.preprocessing)
    return ((images - mean) / spread).to(model.region_logit_scale.dtype)
