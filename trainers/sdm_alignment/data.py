"""Batches of some people with several records each, and masks of what is missing.

A batch is a function of (seed, number of the forward pass): a resumed run sees what the
interrupted one would have seen, and two runs of one seed see the same records whatever their
faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from trainers.data import listed_people
from trainers.data.listed_people import ListedPeople
from trainers.data.pedestrians import Pedestrians
from trainers.data.people import IMAGES, MODALITIES, People, Record
from trainers.errors import BadInput
from trainers.sdm_alignment.config_data import DataConfig
from trainers.sdm_alignment.tokens import Tokenize


@dataclass(frozen=True)
class Batch:
    """identity: (B,); present: which records have a modality, (B,) each

    images: (n, 3, h, w) in bytes and captions: n texts, only of the records that have them
    tokens: of the captions, with which of them count; None while they are not made
    """

    identity: Tensor
    present: Mapping[str, Tensor]
    images: Mapping[str, Tensor]
    captions: list[str]
    tokens: tuple[Tensor, Tensor] | None = None

    def tokenized(self, tokenize: Tokenize) -> Batch:
        return replace(self, tokens=tokenize(self.captions)) if self.captions else self

    def on(self, device: torch.device) -> Batch:
        """All of it there, the pictures still in bytes."""
        there = {m: found.to(device) for m, found in self.present.items()}
        images = {m: found.to(device) for m, found in self.images.items()}
        tokens = self.tokens and (self.tokens[0].to(device), self.tokens[1].to(device))
        return Batch(self.identity.to(device), there, images, self.captions, tokens)


@dataclass(frozen=True)
class Batches:
    """records: how many of each person"""

    people: People
    batch_size: int
    records: int
    seed: int

    def __post_init__(self) -> None:
        if self.batch_size < 2 * self.records:
            raise BadInput(
                "batch_size: it must hold two people, that is twice records_per_person,"
                f" which is {self.records}"
            )

    def __getitem__(self, forward: int) -> Batch:
        chosen = self.batch_size // self.records
        rng = np.random.default_rng((self.seed, forward))
        numbers: list[int] = []
        for place in range(chosen):
            mine = self._person(forward * chosen + place)
            numbers.extend(int(n) for n in np.resize(rng.permutation(mine), self.records))
        return collate([self.people[number] for number in numbers])

    def _person(self, position: int) -> Sequence[int]:
        members = self.people.members
        epoch, place = divmod(position, len(members))
        return members[int(_order(len(members), self.seed, epoch)[place])]


@lru_cache(maxsize=2)
def _order(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    return np.random.default_rng((seed, epoch, count)).permutation(count)


def collate(records: Sequence[Record]) -> Batch:
    present = {m: torch.tensor([record.has(m) for record in records]) for m in MODALITIES}
    pictures = {m: [record.images[m] for record in records if record.has(m)] for m in IMAGES}
    return Batch(
        identity=torch.tensor([record.identity for record in records]),
        present=present,
        images={m: torch.from_numpy(np.stack(found)) for m, found in pictures.items() if found},
        captions=[record.caption for record in records if record.caption is not None],
    )


@dataclass(frozen=True)
class Sets:
    """What is trained on, and unseen people to find.

    skipped: what was wrong with records that were left out; together: queries by several
    modalities at once, which are left out too
    """

    train: People
    test: People
    skipped: tuple[str, ...] = ()
    together: int = 0

    @property
    def left_out(self) -> tuple[str, ...]:
        """Records, and pictures that turned out damaged so far."""
        return (*self.skipped, *self.train.damaged, *self.test.damaged)


def open_sets(config: DataConfig) -> Sets:
    """BadInput: a manifest is wrong, or both hold the same person."""
    if config.manifest:
        return _listed(config)
    train = Pedestrians(
        "train", config.identities, config.views, config.data_seed, config.missing_share
    )
    return Sets(train, Pedestrians("test", config.evaluation_identities, 3, config.data_seed))


def _listed(config: DataConfig) -> Sets:
    first, second = Path(config.manifest), Path(config.test_manifest or config.manifest)
    splits = ("", "") if config.test_manifest else ("train", "test")
    train, test = _read(first, config, splits[0]), _read(second, config, splits[1])
    _refuse_known(train, test)
    return Sets(train, test, (*train.skipped, *test.skipped), test.listing.together)


def _refuse_known(train: ListedPeople, test: ListedPeople) -> None:
    """BadInput: people, or pictures, that are trained on are also to be found."""
    both = sorted(set(train.ids) & set(test.ids))
    if both and not test.listing.holds_queries:  # those have a numbering of their own
        raise BadInput(
            f"test_manifest: {len(both)} of its people are in the training manifest, the first"
            f" with id {both[0]}; held-out people must be unseen"
        )
    shared = sorted(train.files & test.files)
    if shared:
        raise BadInput(
            f"test_manifest: {len(shared)} of its pictures are trained on, the first {shared[0]};"
            " held-out people must be unseen"
        )


def _read(path: Path, config: DataConfig, split: str) -> ListedPeople:
    root = Path(config.data_root) if config.data_root else path.parent
    return listed_people.read(path, root, skip_bad=config.skip_bad_records, split=split)
