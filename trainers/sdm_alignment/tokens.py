"""Captions to token numbers for the small network: every word by its hash, whatever the words."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

PAD = 0
VOCABULARY = 4096  # 1 to 4095 are words; two may share a number
LONGEST = 32  # words
WORD = re.compile(r"\w+")

Tokenize = Callable[[Sequence[str]], tuple[Tensor, Tensor]]


def tokenize(texts: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Token numbers and which of them count, both (B, L) with L that of the longest text."""
    rows = [_numbers(text) for text in texts]
    length = max(len(row) for row in rows)
    ids = torch.tensor([row + [PAD] * (length - len(row)) for row in rows])
    return ids, (ids != PAD).long()


def _numbers(text: str) -> list[int]:
    words = [number_of(word) for word in WORD.findall(text.lower())[:LONGEST]]
    return words or [number_of(text)]


def number_of(word: str) -> int:
    return 1 + zlib.crc32(word.encode()) % (VOCABULARY - 1)
