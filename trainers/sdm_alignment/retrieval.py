"""Queries and what they found, to look at: drawn on the run page after an evaluation."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.data.people import ANCHOR
from trainers.samples import Picture, Sample, Words
from trainers.sdm_alignment.evaluation import Embedded, Gallery, cosines
from trainers.sdm_alignment.metrics import CALLED

QUERIES = 4  # of each modality, the same ones at every evaluation
NEAREST = 5


def retrievals(gallery: Gallery, features: Embedded) -> list[Sample]:
    """One sample a modality: rows of a query and the RGB pictures nearest to it."""
    if not features:
        return []
    return [_sample(gallery, features, modality) for modality in gallery.searched]


def _sample(gallery: Gallery, features: Embedded, modality: str) -> Sample:
    rows, _ = gallery.queries(modality)
    queries = torch.nonzero(rows)[:, 0].tolist()
    pictures = torch.nonzero(gallery.present[ANCHOR])[:, 0].tolist()
    cosine = cosines(gallery, features, modality).nan_to_num(nan=float("-inf")).cpu()
    found = []
    for place in _spread(len(queries)):
        query = queries[place]
        best = cosine[place].argsort(descending=True, stable=True)[:NEAREST].tolist()
        near = [_hit(gallery, query, pictures[at], float(cosine[place, at])) for at in best]
        found.append((_shown(gallery, modality, query), *near))
    title = f"{CALLED[modality].capitalize()} query, nearest RGB pictures"
    return Sample(f"retrieval/{modality}", title, tuple(found))


def _spread(count: int) -> list[int]:
    """Some of so many queries, far apart."""
    return sorted({round(at) for at in np.linspace(0, count - 1, min(count, QUERIES))})


def _shown(gallery: Gallery, modality: str, record: int) -> Picture | Words:
    content = gallery.content(modality, record)
    if isinstance(content, str):
        return Words(content)
    return Picture(_pixels(content), caption="query")


def _hit(gallery: Gallery, query: int, record: int, cosine: float) -> Picture:
    right = bool(gallery.identity[query] == gallery.identity[record])
    content = gallery.content(ANCHOR, record)
    if isinstance(content, str):
        raise TypeError("the gallery holds pictures")
    return Picture(_pixels(content), caption=f"{cosine:.2f}", right=right)


def _pixels(image: Tensor) -> NDArray[np.uint8]:
    """(3, h, w) in bytes to (h, w, 3)"""
    return np.ascontiguousarray(image.cpu().numpy().transpose(1, 2, 0))
