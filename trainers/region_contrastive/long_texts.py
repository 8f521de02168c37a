"""FG-CLIP's way of reading long captions: more positions, and a projection of their own.

The first 20 positions are kept as CLIP learnt them; the others were stretched fourfold.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

KEPT = 20  # positions that are taken from the table that was not stretched


class LongTexts(nn.Module):
    """kept, stretched: both tables of positions, (L, H); projection: into the shared space"""

    def __init__(self, length: int, width: int, projected: int) -> None:
        super().__init__()
        self.kept = nn.Embedding(length, width)
        self.stretched = nn.Embedding(length, width)
        self.projection = nn.Linear(width, projected, bias=False)

    @property
    def length(self) -> int:
        return self.kept.num_embeddings

    def forward(self, text_model: Any, ids: Tensor, mask: Tensor) -> Tensor:
        """(B, L) tokens to (B, D), through the blocks of the CLIP's own text tower."""
        length = ids.shape[1]
        positions = torch.cat([self.kept.weight[:KEPT], self.stretched.weight[KEPT:]])[:length]
        hidden = text_model.embeddings.token_embedding(ids) + positions
        ahead = hidden.new_full((length, length), float("-inf")).triu(1)[None, None]
        last = text_model.encoder(inputs_embeds=hidden, attention_mask=ahead).last_hidden_state
        ends = last[torch.arange(len(ids), device=ids.device), mask.sum(dim=1) - 1]
        return torch.as_tensor(self.projection(text_model.final_layer_norm(ends)))
