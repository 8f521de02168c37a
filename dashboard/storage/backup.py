"""Backup and restore of an installation: its database and its samples' files.

Not in it: run directories with checkpoints, which lie on the machines that trained, and the files
in the data directory that an operator wrote or that are made anew (docs/operating.md names them).
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from dashboard.places import data_dir
from dashboard.storage import bundle, postgres_copy, sqlite_copy
from dashboard.storage.bundle import FORMAT, Manifest

COPIES = {"sqlite": sqlite_copy, "postgresql": postgres_copy}
FAILURES = (
    bundle.Broken,
    sqlite_copy.Damaged,
    postgres_copy.NoTool,
    postgres_copy.Failed,
    OSError,
)


class Refused(Exception):
    """Restoring would destroy something, or cannot work. Nothing was changed."""


def write(path: Path) -> Manifest:
    """Write a backup while the app runs. One of FAILURES: there is no file then.

    Needs room for the database twice: beside the backup it is copied first.
    """
    with bundle.writing(path) as writer, _workspace(path.parent) as folder:
        copy = Path(folder) / bundle.DATABASE
        COPIES[connection.vendor].dump(copy)  # first: what it tells of has its files already
        writer.add(bundle.DATABASE, copy)
        for name, file in bundle.samples_below(_samples()):
            try:
                writer.add(name, file)
            except FileNotFoundError:
                continue  # its run was deleted since
        manifest = _manifest(writer)
        writer.close(manifest)
    return manifest


def restore(path: Path) -> Manifest:
    """Into an installation that holds nothing yet. Refused where it holds something."""
    if held := holdings():
        raise Refused(
            f"there is something here already ({held}): restore into an empty data directory and"
            " database, or say --replace to put the backup in the place of what is here"
        )
    return replace(path)


def replace(path: Path) -> Manifest:
    """In the place of what is here, which is gone then. Nobody may be at work.

    One of FAILURES, or Refused: all is as it was.
    """
    with _workspace(data_dir()) as folder:
        unpacked = Path(folder)
        manifest = bundle.unpack(path, unpacked)
        _check_fits(path, manifest)
        COPIES[manifest.kind].load(unpacked / bundle.DATABASE)
        _replace_samples(unpacked / "samples")
    call_command("migrate", interactive=False, verbosity=0)
    return manifest


def holdings() -> str:
    """What a restore would destroy, in words; "" where there is nothing."""
    tables = connection.introspection.table_names()
    parts = [f"a database with {len(tables)} tables"] if tables else []
    if _samples().exists() and any(_samples().iterdir()):
        parts.append(f"samples in {_samples()}")
    return " and ".join(parts)


def _manifest(writer: bundle.Writer) -> Manifest:
    applied = MigrationRecorder(connection).applied_migrations()
    return Manifest(
        format=FORMAT,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        kind=connection.vendor,
        migrations=sorted(f"{app}.{name}" for app, name in applied),
        members=writer.members,
        sha256=writer.sha256,
    )


def _check_fits(path: Path, manifest: Manifest) -> None:
    if manifest.kind != connection.vendor:
        raise Refused(
            f"{path} is a backup of {manifest.kind}, and this installation's database is"
            f" {connection.vendor}: set DATABASE_URL accordingly"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    if newer := sorted(set(manifest.migrations) - known):
        raise Refused(
            f"{path} was made by a newer version of Fixpoint (it has {newer[0]}): update first"
        )


def _replace_samples(fresh: Path) -> None:
    old = _samples().with_name("samples.old")
    shutil.rmtree(old, ignore_errors=True)
    if _samples().exists():
        _samples().rename(old)
    if fresh.exists():
        fresh.rename(_samples())
    shutil.rmtree(old, ignore_errors=True)


def _samples() -> Path:
    return data_dir() / "samples"


def _workspace(beside: Path) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(dir=beside, prefix=".fixpoint-backup-")
