"""Captions to token numbers, by a vocabulary of the phrases' two dozen words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from trainers.data.phrases import WORDS

PAD, BEGIN, END, UNKNOWN = 0, 1, 3, 4  # 2 is left out: transformers' CLIP gives it a meaning
FIRST_WORD = 5
LONGEST = 24  # tokens
NUMBER = {word: FIRST_WORD + place for place, word in enumerate(WORDS)}
VOCABULARY = FIRST_WORD + len(WORDS)

Tokenize = Callable[[Sequence[str]], tuple[Tensor, Tensor]]


def tokenize(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Token numbers and which of them count, both (B, L) with L that of the longest text."""
    rows = [_numbers(text) for text in texts]
    length = max(len(row) for row in rows)
    ids = torch.tensor([row + [PAD] * (length - len(row)) for row in rows])
    return ids, (ids != PAD).long()


def _numbers(text: str) -> list[int]:
    words = [NUMBER.get(word, UNKNOWN) for word in text.lower().split()]
    return [BEGIN, *words[: LONGEST - 2], END]
