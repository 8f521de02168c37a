"""FG-CLIP's annotations: what is written is read again, and every mistake names file and record."""

import json

import numpy as np
import pytest

from tests.trainers.region_contrastive.given import box_changed, changed, read_strictly, written
from trainers.data.annotated import Skips
from trainers.data.fgclip import Wanted, read
from trainers.data.fgclip_writer import write
from trainers.data.pictures import squared
from trainers.data.scenes import Scenes
from trainers.errors import BadInput


def test_scenes_that_were_written_are_read_again(tmp_path):
    scenes = Scenes("clutter", "train", 10)
    records = read_strictly(written(tmp_path)).records
    assert len(records) == 10
    for number, record in enumerate(records):
        scene = scenes[number]
        assert np.allclose(record.boxes, scene.boxes, atol=1e-6)
        assert [name.short for name in record.names] == [look.text for look in scene.looks]
        assert record.short_caption == scene.caption
        assert all(len(name.negatives) == 10 for name in record.names)
        seen = squared(record.path, record.where, 64) / 255
        assert np.abs(seen - scene.image).max() < 0.6 / 255


@pytest.mark.parametrize("name", ["one.json", "one.jsonl", "one.txt.json"])
def test_a_list_and_one_object_a_line_are_read_whatever_the_file_is_called(tmp_path, name):
    scenes = Scenes("clutter", "train", 4)
    listed, lines = write(scenes, tmp_path), write(scenes, tmp_path, "lines")
    both = [
        read_strictly(file.rename(tmp_path / f"{place}{name}")).records
        for place, file in enumerate((listed, lines))
    ]
    assert [r.short_caption for r in both[0]] == [r.short_caption for r in both[1]]


def test_a_single_object_is_a_list_of_one(tmp_path):
    file = written(tmp_path)
    file.write_text(json.dumps(json.loads(file.read_text())[0], indent=2))
    assert len(read_strictly(file).records) == 1


def test_a_folder_and_a_list_of_files_are_read_in_order(tmp_path):
    for name in ("b", "a"):
        written(tmp_path / name).rename(tmp_path / f"{name}.json")
    (tmp_path / "files.txt").write_text("b.json\n\na.json\n")
    folder = read(tmp_path, tmp_path / "a", Wanted(), print)
    listed = read(tmp_path / "files.txt", tmp_path / "a", Wanted(), print)
    assert [r.where for r in folder.records] != [r.where for r in listed.records]
    assert {r.where for r in folder.records} == {r.where for r in listed.records}
    assert folder.digest == listed.digest  # the two files are of the same bytes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("[{]", "is not JSON"),
        ("[]", "no sound record"),
        ("[3]", "record 0 is int and not an object"),
        ('{"f_path": "a"\n', "line 1 is not JSON"),
        ('{"images": [], "annotations": []}', "set dataset to coco"),
    ],
)
def test_wrong_json_is_refused_with_its_place(tmp_path, text, said):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(BadInput, match=said):
        read_strictly(tmp_path / "a.json")


def test_files_that_are_not_there_or_no_text_are_refused(tmp_path):
    (tmp_path / "a.json").write_bytes(b"\xff\xfe[")
    (tmp_path / "empty").mkdir()
    (tmp_path / "none.txt").write_text("\n")
    for source, said in (
        ("missing.json", "cannot be read"),
        ("a.json", "not UTF-8"),
        ("empty", "holds no .json"),
        ("none.txt", "is empty"),
    ):
        with pytest.raises(BadInput, match=said):
            read_strictly(tmp_path / source)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"f_path": 7}, "record 2: f_path is 7 and not a text"),
        ({"f_path": ""}, "record 2: f_path is missing or empty"),
        ({"short_caption": "  "}, "record 2: short_caption is missing or empty"),
        ({"bbox_info": None}, "record 2: bbox_info is missing or no list"),
    ],
)
def test_a_bad_record_is_refused_with_its_number(tmp_path, values, said):
    with pytest.raises(BadInput, match=said):
        read_strictly(changed(written(tmp_path), **values))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"bbox": [0.1, 0.2, 0.3]}, r"bbox_info\[0\]: bbox is .* not four numbers"),
        ({"bbox": ["0", 0, 1, 1]}, "not four numbers"),
        ({"bbox": [12, 20, 40, 60]}, r"box 0 \[12, 20, 40, 60\] is in pixels"),
        ({"bbox": [0.5, 0.5, 0.2, 0.2]}, "is it x, y, width, height"),
        ({"bbox": [0, 0, 0, 0]}, "padding"),
        ({"bbox": [-0.5, 0.1, -0.2, 0.4]}, "outside the image"),
        ({"bbox": [0.1, 0.1, float("nan"), 0.4]}, "not finite"),
        ({"short_expr": ""}, "short_expr is missing or empty"),
        ({"flag_short_neg": 1, "short_expr_negs": {}}, "holds no texts"),
        ({"flag_short_neg": 1, "short_expr_negs": {"0": " "}}, "an empty text"),
    ],
)
def test_a_bad_box_is_refused_with_its_place_and_what_it_may_be(tmp_path, values, said):
    with pytest.raises(BadInput, match=said) as refused:
        read_strictly(box_changed(written(tmp_path), **values))
    assert "record 2" in str(refused.value)


def test_only_the_texts_that_are_read_need_to_be_there(tmp_path):
    file = changed(written(tmp_path), caption="")
    assert len(read_strictly(file).records) == 10
    with pytest.raises(BadInput, match="caption is missing or empty"):
        read_strictly(file, captions=("caption",))


def test_bad_records_can_be_counted_instead(tmp_path):
    file = changed(written(tmp_path), f_path="")
    skips = Skips()
    assert len(read(file, None, Wanted(geometry="count"), skips).records) == 9
    assert skips.count == 1
    assert "record 2" in skips.first[0]


def test_a_file_of_mostly_invalid_boxes_is_refused_also_where_records_are_skipped(tmp_path):
    scenes = Scenes("clutter", "train", 12, 0, 0.9)
    with pytest.raises(BadInput, match=r"boxes in .* are invalid"):
        read(write(scenes, tmp_path), None, Wanted(geometry="count"), Skips())
    kept = read(tmp_path / "annotations.json", None, Wanted(geometry="keep"), Skips())
    assert len(kept.records) == 12
