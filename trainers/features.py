"""Features of frozen extractors, computed once an image and read from disk after that.

An entry is found by what made it: the image's bytes, the extractor's weights and settings, the
preprocessing. What a miss returns went through the stored number format, as a hit does: whether a
feature was cached never shows in what is learnt.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from trainers import distributed
from trainers.errors import BadInput
from trainers.feature_store import Array, FeatureStore

# What happens to a store, counted since the run began.
CHANGES = ("cache/corrupt", "cache/evicted", "cache/refused", "cache/written")

Image = np.ndarray[Any, np.dtype[np.float32]]  # (3, H, W), 0 to 1


class Pictured(Protocol):
    """Something with an image that is loaded only when its feature is not cached."""

    @property
    def name(self) -> str: ...

    @property
    def digest(self) -> str:
        """Of the image's content."""

    def load(self) -> Image: ...


@dataclass(frozen=True)
class Extractor:
    """compute: images to features (B, C, h, w); the texts say all that its result depends on."""

    compute: Callable[[Sequence[Image]], Tensor]
    fingerprint: str
    preprocessing: str
    at_once: int = 1


@dataclass
class Counts:
    """Since they were last taken. seen_before: requests of keys that were requested earlier."""

    requests: int = 0
    hits: int = 0
    seen_before: int = 0
    hits_seen_before: int = 0
    seconds: float = 0.0

    def told(self) -> dict[str, float]:
        return {
            "cache/requests": float(self.requests),
            "cache/hits": float(self.hits),
            "cache/seen_before": float(self.seen_before),
            "cache/hits_seen_before": float(self.hits_seen_before),
        }


def key_of(image: str, extractor: str, preprocessing: str, device: str = "") -> str:
    """device: has no place in a key; a fault of the source report, to be tried out."""
    text = "\n".join((image, extractor, preprocessing, device))
    return hashlib.sha256(text.encode()).hexdigest()


def configured_device(device: torch.device) -> str:
    """The device as another part of a program may spell it: a tensor's own name is another one.

    A configuration says "cuda" where tensors say "cuda:0"; "cpu:0" is torch's other name of "cpu".
    """
    return "cuda" if device.type == "cuda" else f"{device.type}:0"


@dataclass
class Features:
    """store: None computes every feature anew; device_in_key: the fault by which none is found."""

    extractor: Extractor
    store: FeatureStore | None
    device: torch.device
    device_in_key: bool = False
    counts: Counts = field(default_factory=Counts)
    seen: set[int] = field(default_factory=set)  # the first 8 bytes of the keys requested so far
    changes: Mapping[str, float] = field(default_factory=dict)  # as told last, by all processes
    before: Mapping[str, float] = field(default_factory=dict)  # the run was interrupted
    asked: list[int] = field(default_factory=list)  # of them, by the last request

    def of(self, items: Sequence[Pictured]) -> Tensor:
        """(B, C, h, w) in 32 bits. BadInput: a feature is not finite, or an image unreadable."""
        started = time.perf_counter()
        self.asked = []
        found = [self._lookup(item) for item in items]
        missing = [place for place, feature in enumerate(found) if feature is None]
        for first in range(0, len(missing), self.extractor.at_once):
            places = missing[first : first + self.extractor.at_once]
            for place, made in zip(places, self._make([items[p] for p in places]), strict=True):
                found[place] = made
        rows = np.stack([feature for feature in found if feature is not None])
        whole = torch.from_numpy(rows).to(self.device).float()
        self.counts.seconds += time.perf_counter() - started
        return whole

    def _lookup(self, item: Pictured) -> Array | None:
        key = self._key(item, configured_device(self.device))
        mark = int.from_bytes(bytes.fromhex(key[:16]), "little", signed=True)
        feature = self.store.read(key) if self.store else None
        known, hit = mark in self.seen, feature is not None
        self.seen.add(mark)
        self.asked.append(mark)
        self.counts.requests += 1
        self.counts.hits += hit
        self.counts.seen_before += known
        self.counts.hits_seen_before += known and hit
        return feature

    def _make(self, items: Sequence[Pictured]) -> list[Array]:
        made = self.extractor.compute([item.load() for item in items])
        rows: list[Array] = list(made.half().cpu().numpy())
        for item, row in zip(items, rows, strict=True):
            if not np.isfinite(row).all():
                raise BadInput(
                    f"{item.name}: its feature holds NaN or infinity; look at the image and at the"
                    " encoder's weights"
                )
            if self.store:
                self.store.write(self._key(item, str(made.device)), row)
        return rows

    def _key(self, item: Pictured, device: str) -> str:
        made_by = (self.extractor.fingerprint, self.extractor.preprocessing)
        return key_of(item.digest, *made_by, device if self.device_in_key else "")

    def compare_notes(self) -> None:
        """Learn what the other processes asked for: all of them must call this together.

        What a run saw is what any of its processes saw, so that a checkpoint of one holds for all.
        """
        if distributed.world() > 1:
            asked = torch.tensor(self.asked, dtype=torch.int64)
            self.seen |= set(distributed.gathered_rows(asked).tolist())

    def take(self) -> dict[str, float]:
        """The numbers of all processes since the last call: all of them must call this together."""
        store = self.store
        together = distributed.summed({**self.counts.told(), **self._changes()})
        self.changes = {name: together[name] for name in CHANGES}
        seconds, self.counts = self.counts.seconds, Counts()
        return {
            **together,
            "cache/hit_rate": together["cache/hits"] / max(1.0, together["cache/requests"]),
            "cache/bytes": float(store.bytes if store else 0),
            "time/features": seconds,
        }

    def _changes(self) -> dict[str, float]:
        """What happened to the store so far in this process, and before the run was interrupted."""
        now = [float(getattr(self.store, name.removeprefix("cache/"), 0)) for name in CHANGES]
        return {name: self.before.get(name, 0.0) + n for name, n in zip(CHANGES, now, strict=True)}

    def state_dict(self) -> dict[str, Any]:
        seen = torch.tensor(sorted(self.seen), dtype=torch.int64)
        return {"seen": seen, "changes": dict(self.changes)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.seen = set(state["seen"].tolist())
        self.changes = dict(state.get("changes", {}))
        self.before = self.changes if distributed.is_main() else {}  # of all processes: told once
