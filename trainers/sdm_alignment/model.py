"""One embedding for five modalities: a stem for each kind of picture, one backbone, a neck each.

The necks are apart because each modality has a mean of its own: a shared one would normalise by
one modality's numbers in training and by a mixture of all in the evaluation.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from trainers.data.people import IMAGES, MODALITIES
from trainers.sdm_alignment.backbone import ClipBackbone, SmallBackbone

MOMENTUM = 0.1
PATCH = 4  # pixels
BACKBONE = "backbone."  # what its parameters' names begin with; all others are new modules


class Neck(nn.Module):
    """Batch normalisation, computed in fp32. A single row is normalised by the running numbers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("variance", torch.ones(width))

    def forward(self, rows: Tensor) -> Tensor:
        mean, variance = self.get_buffer("mean"), self.get_buffer("variance")
        several = self.training and len(rows) > 1
        weight, bias = self.weight.float(), self.bias.float()
        return F.batch_norm(rows.float(), mean, variance, weight, bias, several, MOMENTUM)


class Aligner(nn.Module):
    """Features (n, width) of one modality's inputs. `null` holds a stand-in for what is missing."""

    def __init__(self, backbone: SmallBackbone | ClipBackbone, width: int, identities: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.stems = nn.ModuleDict({modality: _stem(backbone) for modality in IMAGES})
        self.project = nn.Linear(backbone.width, width, bias=False)
        self.necks = nn.ModuleDict({modality: Neck(width) for modality in MODALITIES})
        self.null = nn.ParameterDict(
            {modality: nn.Parameter(torch.randn(backbone.width) * 0.02) for modality in MODALITIES}
        )
        self.identify = nn.Linear(width, identities, bias=False)
        nn.init.normal_(self.identify.weight, std=0.01)

    @property
    def width(self) -> int:
        return int(self.project.out_features)

    @property
    def new_modules(self) -> list[str]:
        """Names of the parameters that are not the backbone's."""
        return [name for name, _ in self.named_parameters() if not name.startswith(BACKBONE)]

    def keep_exact(self) -> None:
        """Running means in 32 bits, also where the weights are of 16."""
        for buffer in self.buffers():
            if buffer.is_floating_point():
                buffer.data = buffer.data.float()

    def see(self, modality: str, images: Tensor) -> Tensor:
        """(n, 3, h, w), 0 to 1, to the backbone's features"""
        stems = self.stems[modality](images.to(self.project.weight.dtype))
        return torch.as_tensor(self.backbone.see(stems))

    def read(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(n, L) tokens to the backbone's features"""
        return torch.as_tensor(self.backbone.read(ids, mask))

    def embed(self, modality: str, seen: Tensor) -> Tensor:
        """Backbone's features to the embedding. (n, width)"""
        return torch.as_tensor(self.necks[modality](self.project(seen)))

    def stand_in(self, modality: str, seen: Tensor, present: Tensor) -> Tensor:
        """A row for every record: what was seen, and the null vector where nothing was.

        seen: (n, W) for the n records that are present: (B,). (B, W)
        """
        null: Tensor = self.null[modality]
        rows = null.to(seen.dtype).expand(len(present), -1).clone()
        rows[present] = seen
        return rows


def _stem(backbone: SmallBackbone | ClipBackbone) -> nn.Module:
    if isinstance(backbone, ClipBackbone):
        same = nn.Conv2d(3, 3, 1, bias=False)
        nn.init.dirac_(same.weight)  # at first it does nothing: the tower sees what it knows
        return same
    width = backbone.stem_width
    patches = nn.PixelUnshuffle(PATCH), nn.Conv2d(3 * PATCH**2, width, 1)
    return nn.Sequential(*patches, nn.GroupNorm(8, width), nn.ReLU())
