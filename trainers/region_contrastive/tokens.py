"""Texts to token numbers: by a vocabulary of the phrases' two dozen words, or by a CLIP's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from trainers.data.phrases import WORDS

PAD, BEGIN, END, UNKNOWN = 0, 1, 3, 4  # 2 is left out: transformers' CLIP gives it a meaning
FIRST_WORD = 5
LONGEST = 24  # tokens
NUMBER = {word: FIRST_WORD + place for place, word in enumerate(WORDS)}
VOCABULARY = FIRST_WORD + len(WORDS)


class Tokens(NamedTuple):
    """ids, mask: token numbers and which of them count, (B, L) with L that of the longest text

    cut: how many texts were longer than the model can read; they end where it ends
    """

    ids: Tensor
    mask: Tensor
    cut: int


Tokenize = Callable[[Sequence[str]], Tokens]


def tokenize(texts: Sequence[str]) -> Tokens:
    """By the small model's own words."""
    return _padded([_numbers(text) for text in texts], LONGEST, PAD)


def by(tokenizer: Any, longest: int) -> Tokenize:
    """By a tokenizer of transformers; a text that is too long still ends with the end."""
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else PAD

    def theirs(texts: Sequence[str]) -> Tokens:
        rows = tokenizer(list(texts), verbose=False)["input_ids"]
        return _padded(rows, longest, padding)

    return theirs


def unknown_share(texts: Sequence[str]) -> float:
    """How many of their words the small model does not know."""
    words = [word for text in texts for word in text.lower().split()]
    return sum(word not in NUMBER for word in words) / max(1, len(words))


def _padded(rows: Sequence[Sequence[int]], longest: int, padding: int) -> Tokens:
    cut = [[*row[: longest - 1], row[-1]] if len(row) > longest else [*row] for row in rows]
    length = max(len(row) for row in cut)
    ids = torch.tensor([row + [padding] * (length - len(row)) for row in cut])
    lengths = torch.tensor([len(row) for row in cut])
    mask = (torch.arange(length)[None, :] < lengths[:, None]).long()
    return Tokens(ids, mask, sum(len(row) > longest for row in rows))


def _numbers(text: str) -> list[int]:
    return [BEGIN, *(NUMBER.get(word, UNKNOWN) for word in text.lower().split()), END]
