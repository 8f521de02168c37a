"""Images made to fit a model: its size, its number format."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from trainers.region_contrastive.model import RegionClip


def fitted(images: Tensor, model: RegionClip) -> Tensor:
    """(B, 3, S, S) scaled to the model's size where it has another."""
    side = model.image_side
    if images.shape[-1] != side:
        images = F.interpolate(images, size=(side, side), mode="bilinear", align_corners=False)
    return images.to(model.region_logit_scale.dtype)
