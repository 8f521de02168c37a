"""The people of a list in a file, as a set to train on or to find."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from trainers.data import manifest, pictures
from trainers.data.entries import BadRecord, Entry
from trainers.data.manifest import Manifest
from trainers.data.people import HEIGHT, WIDTH, Image, Record
from trainers.errors import BadInput


class ListedPeople:
    """Records whose files are there. Ids are numbered anew, 0, 1, … in the order they come.

    skipped: what was wrong with the records that were left out; None where that ends the run
    damaged: likewise, of pictures that only turned out unreadable when they were needed
    listing: what they were read from
    """

    def __init__(
        self, entries: Sequence[Entry], listing: Manifest, skipped: Sequence[str] | None = None
    ) -> None:
        self.listing = listing
        self.entries = tuple(entries)
        self.skipped = tuple(skipped or ())
        self.ids = tuple(dict.fromkeys(entry.who for entry in entries))
        self._forgiving = skipped is not None
        self._damaged: dict[Path, str] = {}
        self._number = {who: number for number, who in enumerate(self.ids)}
        self._members: list[list[int]] = [[] for _ in self.ids]
        for place, entry in enumerate(entries):
            self._members[self._number[entry.who]].append(place)

    @property
    def members(self) -> Sequence[Sequence[int]]:
        return self._members

    @property
    def damaged(self) -> Sequence[str]:
        return tuple(self._damaged.values())

    @property
    def files(self) -> set[Path]:
        return {path.resolve() for entry in self.entries for path in entry.paths.values()}

    def __getitem__(self, number: int) -> Record:
        """BadInput: a picture cannot be read, where bad records are not skipped."""
        entry = self.entries[number]
        images = {
            modality: picture
            for modality, path in entry.paths.items()
            if (picture := self._picture(path, f"{entry.where}, {modality}")) is not None
        }
        return Record(self._number[entry.who], images, entry.caption)

    def _picture(self, path: Path, where: str) -> Image | None:
        """None: it is damaged, which is counted, and is missing like what was never there."""
        try:
            return pictures.scaled(path, where, HEIGHT, WIDTH)
        except BadInput as error:
            if not self._forgiving:
                raise
            self._damaged[path] = str(error)
            return None

    def fingerprint(self) -> str:
        """Changes when ids, captions, paths or sizes of files do."""
        state = hashlib.sha256()
        for entry in self.entries:
            sizes = [(m, str(path), path.stat().st_size) for m, path in entry.paths.items()]
            state.update(repr((entry.who, sizes, entry.caption)).encode())
        return state.hexdigest()[:16]


def read(path: Path, root: Path, *, skip_bad: bool, split: str = "") -> ListedPeople:
    """split: see Manifest.entries.

    BadInput: the file is wrong; a record is, unless those are skipped; or none is left.
    """
    good: list[Entry] = []
    skipped: list[str] = []
    listing = manifest.read(path)
    for found in listing.entries(root, split):
        if isinstance(found, Entry):
            good.append(found)
        elif skip_bad:
            skipped.append(str(found))
        else:
            raise _with_advice(found)
    if not good:
        raise BadInput(f"manifest: every record of {path} is bad; the first: {skipped[0]}")
    return ListedPeople(good, listing, skipped if skip_bad else None)


def _with_advice(wrong: BadRecord) -> BadInput:
    return BadInput(f"manifest: {wrong}. Mend it, or set skip_bad_records to go on without it")
