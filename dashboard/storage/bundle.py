"""A backup as a file: a tar whose last member, the manifest, vouches for all before it.

Whatever broke off while it was written, or was changed since, is noticed: the manifest is missing,
or its digest is another. Nothing in it is packed once more: points and pictures are packed already.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

FORMAT = 1
DATABASE = "database"
MANIFEST = "manifest.json"
SAMPLE = re.compile(r"samples/[0-9a-f]{32}/[0-9a-f]{32}\.(png|json)")
PIECE = 2**20  # bytes


class Broken(Exception):
    """The file is no backup, or not whole. Nothing was changed."""


@dataclass(frozen=True)
class Manifest:
    """migrations: "app.name" of all that the database had seen; members, sha256: of the others."""

    format: int
    made_at: str  # ISO 8601
    kind: str  # "sqlite" or "postgresql"
    migrations: list[str]
    members: int
    sha256: str


class Writer:
    """Adds members, and counts what it added."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._digest = hashlib.sha256()
        self.members = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def add(self, name: str, path: Path) -> None:
        """FileNotFoundError: it went meanwhile, and nothing was added."""
        with path.open("rb") as file:
            entry = tarfile.TarInfo(name)
            entry.size = path.stat().st_size
            self._digest.update(_head(name, entry.size))
            self._tar.addfile(entry, _Heard(file, self._digest))
        self.members += 1

    def close(self, manifest: Manifest) -> None:
        data = json.dumps(asdict(manifest), indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(data)
        self._tar.addfile(entry, io.BytesIO(data))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new file, which is there once it is whole, and not before. FileExistsError."""
    if path.exists():
        raise FileExistsError(17, "there is a file of this name already", str(path))
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("xb") as file:
            part.chmod(0o600)  # it holds everything, also the passwords' hashes
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def unpack(path: Path, into: Path) -> Manifest:
    """Unpack into an empty folder, and only then say that all of it is as it was. Broken."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            return _checked(path, _unpacked(tar, into))
    except (tarfile.TarError, ValueError, TypeError, EOFError) as error:
        raise Broken(f"{path} is no backup of Fixpoint, or not a whole one: {error}") from error


def _unpacked(tar: tarfile.TarFile, into: Path) -> tuple[dict[str, Any] | None, int, str]:
    """(manifest, members before it, their digest)."""
    digest, members = hashlib.sha256(), 0
    for entry in tar:
        file = tar.extractfile(entry) if entry.isreg() else None
        if file is None:
            raise ValueError(f"{entry.name!r} is no file")
        if entry.name == MANIFEST:
            return json.loads(file.read()), members, digest.hexdigest()
        if entry.name != DATABASE and not SAMPLE.fullmatch(entry.name):
            raise ValueError(f"{entry.name!r} does not belong into one")
        digest.update(_head(entry.name, entry.size))
        target = into / entry.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as kept:
            shutil.copyfileobj(_Heard(file, digest), kept, PIECE)
        members += 1
    return None, members, digest.hexdigest()


def _checked(path: Path, found: tuple[dict[str, Any] | None, int, str]) -> Manifest:
    told, members, sha256 = found
    if told is None:
        raise ValueError("its end is missing")
    if told.get("format") != FORMAT:
        raise Broken(f"{path} has format {told.get('format')!r}; this version reads {FORMAT}")
    manifest = Manifest(**told)
    if (manifest.members, manifest.sha256) != (members, sha256):
        raise ValueError("its check sum is not that of its content: it was damaged")
    return manifest


def samples_below(folder: Path) -> Iterable[tuple[str, Path]]:
    """(name in a backup, file) of all samples' files."""
    for path in sorted(folder.glob("*/*")):
        name = f"samples/{path.parent.name}/{path.name}"
        if SAMPLE.fullmatch(name):
            yield name, path


class _Heard(io.RawIOBase):
    """A file whose bytes are added to a digest as they are read."""

    def __init__(self, file: IO[bytes], digest: Any) -> None:
        self._file = file
        self._heard = digest

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._heard.update(data)
        return data


def _head(name: str, size: int) -> bytes:
    return f"{name}\0{size}\0".encode()
