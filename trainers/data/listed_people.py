"""The people of a manifest, as a set to train on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from trainers.data import manifest, pictures
from trainers.data.manifest import BadRecord, Entry
from trainers.data.people import HEIGHT, WIDTH, Record
from trainers.errors import BadInput


class ListedPeople:
    """Records whose files are there. Ids are numbered anew, 0, 1, … in the order they come.

    skipped: what was wrong with the records that were left out
    """

    def __init__(self, entries: Sequence[Entry], skipped: Sequence[str]) -> None:
        self.entries = tuple(entries)
        self.skipped = tuple(skipped)
        self.ids = tuple(dict.fromkeys(entry.who for entry in entries))
        self._number = {who: number for number, who in enumerate(self.ids)}
        self._members: list[list[int]] = [[] for _ in self.ids]
        for place, entry in enumerate(entries):
            self._members[self._number[entry.who]].append(place)

    @property
    def members(self) -> Sequence[Sequence[int]]:
        return self._members

    def __getitem__(self, number: int) -> Record:
        """BadInput: a picture cannot be read; names file and record."""
        entry = self.entries[number]
        images = {
            modality: pictures.scaled(path, f"{entry.where}, {modality}", HEIGHT, WIDTH)
            for modality, path in entry.paths.items()
        }
        return Record(self._number[entry.who], images, entry.caption)

    def fingerprint(self) -> str:
        """Changes when ids, captions, paths or sizes of files do."""
        state = hashlib.sha256()
        for entry in self.entries:
            sizes = [(m, str(path), path.stat().st_size) for m, path in entry.paths.items()]
            state.update(repr((entry.who, sizes, entry.caption)).encode())
        return state.hexdigest()[:16]


def read(path: Path, root: Path, *, skip_bad: bool) -> ListedPeople:
    """BadInput: the file is wrong; a record is, unless those are skipped; or none is left."""
    good: list[Entry] = []
    skipped: list[str] = []
    for found in manifest.entries(path, root):
        if isinstance(found, Entry):
            good.append(found)
        elif skip_bad:
            skipped.append(str(found))
        else:
            raise _with_advice(found)
    if not good:
        raise BadInput(f"manifest: every record of {path} is bad; the first: {skipped[0]}")
    return ListedPeople(good, skipped)


def _with_advice(wrong: BadRecord) -> BadInput:
    return BadInput(f"manifest: {wrong}. Mend it, or set skip_bad_records to go on without it")
