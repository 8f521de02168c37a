"""Sample pictures: whole files named by their content, and a training that never ends by them."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from trainers.sample_document import FILE_NAME, file_name
from trainers.samples import Box, Picture, Sample, Words, write


def picture(height=8, width=12, value=90, **more):
    return Picture(np.full((height, width, 3), value, np.uint8), **more)


def sample(*cells, name="boxes"):
    return Sample(name, "Boxes", (cells,))


def document(run_dir, file):
    return json.loads((run_dir / "samples" / file).read_text())


def test_a_sample_is_one_document_and_its_pictures(tmp_path):
    box = Box((1, 2, 5.5, 6), "predicted", "0.9")
    file = write(tmp_path, 40, sample(picture(boxes=(box,), caption="cat"), Words("a cat", True)))
    told = document(tmp_path, file)
    (shown, words) = told["rows"][0]
    assert (told["name"], told["title"], told["step"]) == ("boxes", "Boxes", 40)
    assert shown["size"] == [12, 8]
    assert shown["boxes"] == [
        {"corners": [1.0, 2.0, 5.5, 6.0], "kind": "predicted", "label": "0.9"}
    ]
    assert words == {"type": "words", "text": "a cat", "right": True}
    with Image.open(tmp_path / "samples" / shown["file"]) as image:
        assert image.size == (12, 8)


def test_every_file_is_named_by_its_content(tmp_path):
    write(tmp_path, 1, sample(picture()))
    for path in (tmp_path / "samples").iterdir():
        assert FILE_NAME.fullmatch(path.name)
        assert path.name == file_name(path.read_bytes(), path.suffix[1:])


def test_a_picture_that_two_evaluations_show_is_kept_once(tmp_path):
    write(tmp_path, 1, sample(picture()))
    write(tmp_path, 2, sample(picture()))
    kept = sorted(path.suffix for path in (tmp_path / "samples").iterdir())
    assert kept == [".json", ".json", ".png"]


def test_a_large_picture_is_kept_smaller_and_its_boxes_stay_in_its_pixels(tmp_path):
    box = Box((2000, 0, 3000, 100), "true")
    file = write(tmp_path, 1, sample(picture(300, 3000, boxes=(box,))))
    (shown,) = document(tmp_path, file)["rows"][0]
    with Image.open(tmp_path / "samples" / shown["file"]) as image:
        assert image.size == (1024, 102)
    assert (shown["size"], shown["boxes"][0]["corners"][2]) == ([3000, 300], 3000)


def test_corners_that_are_not_finite_travel_as_words(tmp_path):
    box = Box((float("nan"), float("inf"), float("-inf"), 1), "predicted")
    file = write(tmp_path, 1, sample(picture(boxes=(box,))))
    (shown,) = document(tmp_path, file)["rows"][0]
    assert shown["boxes"][0]["corners"] == ["NaN", "Infinity", "-Infinity", 1.0]


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4, 3), np.float32), np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), "u1")],
)
def test_pixels_of_another_kind_are_refused_by_name(tmp_path, pixels):
    with pytest.raises(ValueError, match=r"'dog' are .*give uint8"):
        write(tmp_path, 1, sample(Picture(pixels, "dog")))


def test_a_full_disk_is_told_and_ends_nothing(tmp_path, monkeypatch, capsys):
    def full(path, data):
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert write(tmp_path, 7, sample(picture())) == ""
    assert "sample 'boxes' of step 7 is not kept: [Errno 28]" in capsys.readouterr().err
    assert list((tmp_path / "samples").iterdir()) == []


def test_a_file_that_a_crash_left_torn_is_written_again(tmp_path):
    file = write(tmp_path, 1, sample(picture()))
    path = tmp_path / "samples" / file
    path.write_bytes(b"")
    assert write(tmp_path, 1, sample(picture())) == file
    assert document(tmp_path, file)["step"] == 1
