"""Held-out scores that mean the same in every run: one gallery, one scale, one number of negatives.

Every region of the held-out images looks for its phrase among all of them. The training loss cannot
be compared between runs of another logit scale or number of candidates; these numbers can.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from trainers.data.phrases import COUNT, Look
from trainers.region_contrastive.gallery import Found
from trainers.region_contrastive.hard import NONE

TEMPERATURE = 0.02
CALIBRATION = torch.logspace(0, 3, 25, base=10)  # scales that the calibrated loss is the best of


def scores(found: Found) -> dict[str, float]:
    """NaN embeddings rank last, not first."""
    cosine = found.regions @ found.texts[: found.phrases].T
    right = cosine.gather(1, found.truth[:, None])
    rank = (~(cosine < right)).sum(dim=1)  # 1 is best; ties and NaN count against
    return {
        "eval/region_recall_at_1": _share(rank <= 1),
        "eval/region_recall_at_5": _share(rank <= 5),
        "eval/region_loss": float(F.cross_entropy(cosine / TEMPERATURE, found.truth)),
        "eval/region_calibrated_loss": calibrated(cosine, found.truth),
        **_hard(found),
    }


def calibrated(cosine: Tensor, truth: Tensor) -> float:
    """The loss at whichever of some fixed scales suits the embeddings best. NaN stays NaN."""
    losses = [F.cross_entropy(cosine * float(scale), truth) for scale in CALIBRATION]
    return float(torch.stack(losses).amin())


def attributes(found: Found) -> dict[str, float]:
    """Of digit scenes, whose phrases stand in the gallery in their own order."""
    cosine = found.regions @ found.texts[: found.phrases].T
    digit, colour = _attributes(found.truth.device)
    guess, sound = cosine.argmax(dim=1), cosine.isfinite().all(dim=1)
    return {
        "eval/region_digit_accuracy": _share(sound & (digit[guess] == digit[found.truth])),
        "eval/region_colour_accuracy": _share(sound & (colour[guess] == colour[found.truth])),
    }


def _hard(found: Found) -> dict[str, float]:
    """How many regions are nearer to their own phrase than to each of its hard negatives."""
    given = found.wrong != NONE
    some = given.any(dim=1)
    if not bool(some.any()):
        return {}
    own = (found.regions * found.texts[found.truth]).sum(dim=1, keepdim=True)
    wrong = torch.einsum("nd,nkd->nk", found.regions, found.texts[found.wrong.clamp(min=0)])
    nearer = ((wrong < own) | ~given).all(dim=1)
    return {"eval/hard_negative_accuracy": _share(nearer[some])}


def _share(found: Tensor) -> float:
    return float(found.float().mean())


def _attributes(device: torch.device) -> tuple[Tensor, Tensor]:
    """Digit and colour of every phrase. (240,) each"""
    looks = [Look.of(phrase) for phrase in range(COUNT)]
    digit = torch.tensor([look.digit for look in looks], device=device)
    return digit, torch.tensor([look.colour for look in looks], device=device)
