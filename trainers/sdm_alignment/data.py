"""Batches of some people with several records each, and masks of what is missing.

A batch is a function of (seed, number of the forward pass): a resumed run sees what the
interrupted one would have seen, and two runs of one seed see the same records whatever their
faults.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Batch:
    """identity: (B,); present: which records have a modality, (B,) each

    images: (n, 3, h, w) in bytes and captions: n texts, only of the records that have them
    """

    identity: Tensor
    present: Mapping[str, Tensor]
    images: Mapping[str, Tensor]
    captions: list[str]


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
    """What is trained on, and unseen people to find."""

    train: People
    test: People
    skipped: tuple[str, ...] = ()


def open_sets(config: DataConfig) -> Sets:
    """BadInput: a manifest is wrong, or both hold the same person."""
    if config.manifest:
        return _listed(config)
    train = Pedestrians(
        "train", config.identities, config.views, config.data_seed, config.missing_share
    )
    return Sets(train, Pedestrians("test", config.evaluation_identities, 3, config.data_seed))


def _listed(config: DataConfig) -> Sets:
    if not config.test_manifest:
        raise BadInput("test_manifest: name the manifest of the held-out people, too")
    train, test = (_read(Path(name), config) for name in (config.manifest, config.test_manifest))
    both = sorted(set(train.ids) & set(test.ids))
    if both:
        raise BadInput(
            f"test_manifest: {len(both)} of its people are in the training manifest, the first"
            f" with id {both[0]}; held-out people must be unseen"
        )
    return Sets(train, test, (*train.skipped, *test.skipped))


def _read(path: Path, config: DataConfig) -> ListedPeople:
    root = Path(config.data_root) if config.data_root else path.parent
    return listed_people.read(path, root, skip_bad=config.skip_bad_records)
