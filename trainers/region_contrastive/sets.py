"""The training and the held-out set that a configuration asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trainers.data import coco_records, fgclip, pictures
from trainers.data.annotated import Geometry, OnBad, Record, Skips, check_boxes, refuse
from trainers.data.phrases import every_phrase
from trainers.data.scenes import Scenes
from trainers.errors import BadInput
from trainers.region_contrastive.config_data import DataConfig
from trainers.region_contrastive.examples import Examples, FileExamples, SceneExamples

LOOKED_FOR = 64  # images of a file that must be there before the training begins
SHORT, LONG = ("short_caption", "short_expr"), ("caption", "long_expr")


@dataclass(frozen=True)
class Sets:
    """phrases: all that the held-out regions choose from, where the data have a fixed list

    bad: counts records that were skipped; one that is skipped in every epoch counts every time
    """

    train: Examples
    held_out: Examples
    phrases: tuple[str, ...]
    bad: Skips


def load(config: DataConfig, side: int) -> Sets:
    """side: of the model's images. BadInput: files that cannot be used, or none named."""
    if config.dataset == "scenes":
        train, test = (SceneExamples(_scenes(config, split)) for split in ("train", "test"))
        return Sets(train, test, tuple(every_phrase()), Skips())
    bad = Skips()
    on_bad = bad if config.skip_bad_records else refuse
    train_records, digest = _read(config, "annotations", on_bad)
    test_records, test_digest = _read(config, "held_out", on_bad)
    threads = config.reading_threads
    train_files = FileExamples(train_records, digest, side, on_bad, threads)
    few = test_records[: config.evaluation_scenes]
    return Sets(train_files, FileExamples(few, test_digest, side, on_bad, threads), (), bad)


def _scenes(config: DataConfig, split: str) -> Scenes:
    if split == "train":
        broken = config.invalid_share
        return Scenes(config.domain, "train", config.train_scenes, config.data_seed, broken)
    return Scenes(config.domain, "test", config.evaluation_scenes, config.data_seed)


def _read(config: DataConfig, field: str, on_bad: OnBad) -> tuple[Sequence[Record], str]:
    named = getattr(config, field)
    if not named:
        raise BadInput(f"{field}: name the file; data from files need annotations and held_out")
    folder = Path(config.images) if config.images else None
    source = Path(named)
    if config.dataset == "coco":
        found = coco_records.read(source, folder)
        check_boxes(source, found.records, _geometry(config, field))
    else:
        found = fgclip.read(source, folder, _wanted(config, field), on_bad)
    _look_for_images(source, found.records, on_bad)
    return found.records, found.digest


def _wanted(config: DataConfig, field: str) -> fgclip.Wanted:
    captions = {"short": SHORT[:1], "long": LONG[:1], "both": (SHORT[0], LONG[0])}[config.captions]
    either = (SHORT[1], LONG[1])
    phrases = {"short": SHORT[1:], "long": LONG[1:], "either": either}[config.region_text]
    return fgclip.Wanted(captions, phrases, _geometry(config, field))


def _geometry(config: DataConfig, field: str) -> Geometry:
    """Held-out boxes are never kept invalid: a score over them would mean nothing."""
    if field == "annotations" and not config.filter_boxes:
        return "keep"
    return "count" if config.skip_bad_records else "refuse"


def _look_for_images(source: Path, records: Sequence[Record], on_bad: OnBad) -> None:
    """BadInput: one is missing, or all that were looked for where bad records are skipped."""
    some = records[:: max(1, len(records) // LOOKED_FOR)]
    missing: list[BadInput] = []
    for record in some:
        try:
            pictures.size(record.path, record.where)
        except BadInput as error:
            if on_bad is refuse:
                raise
            missing.append(error)
    if len(missing) == len(some):
        raise BadInput(f"{source}: none of {len(some)} images looked for is there: {missing[0]}")
