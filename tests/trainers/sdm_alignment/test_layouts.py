"""ORBench's gallery and queries, lists of captions, splits: read, or refused by the record."""

import json

import pytest

from tests.trainers.sdm_alignment.given import short, trained
from tests.trainers.sdm_alignment.test_manifest import pixmap, records, write
from trainers.data import listed_people
from trainers.errors import BadInput
from trainers.sdm_alignment.data import open_sets

QUERIES = {
    "RGB_GALLERY": [[5, "vis/0020/a.ppm"], [6, "vis/0031/a.ppm"]],
    "NIR": [[5, "nir/0020/a.ppm"]],
    "SK": [[6, "sk/0031/a.ppm"]],
    "TEXT": [[5, "a person in red"], [6, "a person in blue"]],
    "NIR+CP": [[5, "nir/0020/a.ppm", "cp/0020/a.ppm"]],
}
CAPTIONS = [
    {"id": 3, "split": "train", "file_path": "cam/1.ppm", "captions": ["red", "a red coat"],
     "processed_tokens": [["red"], ["a", "red", "coat"]]},
    {"id": 4, "split": "train", "file_path": "cam/2.ppm", "captions": ["blue"]},
    {"id": 9, "split": "test", "img_path": "cam/3.ppm", "captions": ["green", "a hat"]},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    for person in ("0003", "0017", "0020", "0031"):
        for modality in ("vis", "nir", "cp", "sk"):
            pixmap(tmp_path / modality / person / "a.ppm", shade=int(person))
            pixmap(tmp_path / modality / person / "b.ppm", shade=int(person) + 1)
    for picture in (1, 2, 3):
        pixmap(tmp_path / "cam" / f"{picture}.ppm")
    return tmp_path


def read(path, *, split="", skip=False):
    return listed_people.read(path, path.parent, skip_bad=skip, split=split)


def refused(folder, found):
    with pytest.raises(BadInput) as error:
        read(write(folder, found, "list.json"))
    return str(error.value)


def test_queries_and_gallery_are_records_of_one_modality_each(folder):
    people = read(write(folder, QUERIES, "test_gallery_and_queries.json"))
    assert [sorted(entry.paths) for entry in people.entries[:3]] == [["rgb"], ["rgb"], ["infrared"]]
    assert people.ids == ("5", "6")
    assert [entry.caption for entry in people.entries[4:]] == [
        "a person in red",
        "a person in blue",
    ]


def test_queries_of_several_modalities_are_counted_and_told(folder):
    train = write(folder, records("0003", "0017"))
    test = write(folder, QUERIES, "queries.json")
    sets = open_sets(short(manifest=str(train), test_manifest=str(test)))
    assert sets.together == 1
    assert len(sets.test.members) == 2


def test_trains_and_is_evaluated_on_orbench(folder, tmp_path):
    train = write(folder, records("0003", "0017"), "train_annos.json")
    test = write(folder, QUERIES, "test_gallery_and_queries.json")
    config = short(manifest=str(train), test_manifest=str(test), batch_size=4, steps=1)
    run = trained(tmp_path / "run", config)
    told = {name for event in run if event["kind"] == "scalars" for name in event["values"]}
    assert {"eval/infrared/map", "eval/sketch/map", "eval/text/map"} <= told
    assert "eval/pencil/map" not in told
    assert next(e for e in run if e["kind"] == "facts")["values"][
        "data/combined_queries_left_out"
    ] == 1  # fmt: skip


def test_numbers_of_queries_are_their_own_but_pictures_that_are_trained_on_are_refused(folder):
    train = write(folder, records("0003", "0017"))
    again = {"RGB_GALLERY": [[3, "vis/0020/a.ppm"]], "NIR": [[3, "nir/0003/b.ppm"]]}
    test = write(folder, {**again, "NIR": [[3, "nir/0020/a.ppm"]]}, "queries.json")
    sets = open_sets(short(manifest=str(train), test_manifest=str(test)))
    assert [len(records) for records in sets.test.members] == [2]
    write(folder, again, "queries.json")
    with pytest.raises(BadInput, match=r"1 of its pictures are trained on.*nir/0003/b\.ppm"):
        open_sets(short(manifest=str(train), test_manifest=str(test)))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"LIDAR": []}, "unknown list 'LIDAR'; there are: RGB_GALLERY, NIR"),
        ({"NIR": {}}, "NIR is no list"),
        ({"NIR": [[5]]}, r"NIR[0]: it must be a pair of an id and a path"),
        ({"NIR": [[5, "nir/0020/a.ppm", "x"]]}, "NIR[0]: it must be a pair"),
        ({"NIR": [[None, "nir/0020/a.ppm"]]}, "NIR[0]: it has no id"),
        ({"NIR": [[5, "nir/none.ppm"]]}, "NIR[0], infrared: there is no file"),
        ({"TEXT": [[5, " "]]}, "TEXT[0]: its caption is empty"),
        ({"TEXT": [[5, None]]}, "TEXT[0]: it has no caption"),
    ],
)
def test_a_wrong_query_is_refused_by_file_and_place(folder, changed, says):
    error = refused(folder, {**QUERIES, **changed})
    assert says in error
    assert "list.json" in error


def test_every_caption_of_a_list_is_a_record_with_its_picture(folder):
    people = read(write(folder, CAPTIONS, "reid_raw.json"), split="train")
    assert [entry.caption for entry in people.entries] == ["red", "a red coat", "blue"]
    assert people.members == [[0, 1], [2]]
    assert set(people[1].images) == {"rgb"}


def test_one_file_with_splits_is_enough(folder):
    path = write(folder, CAPTIONS, "reid_raw.json")
    sets = open_sets(short(manifest=str(path)))
    assert [len(records) for records in sets.train.members] == [2, 1]
    assert [len(records) for records in sets.test.members] == [2]
    with pytest.raises(BadInput, match=r"no record of the split 'train'; name the manifest"):
        open_sets(short(manifest=str(write(folder, records("0003")))))


@pytest.mark.parametrize(
    ("captions", "says"),
    [
        ([], "record 1: its captions are no list of texts, or an empty one"),
        ("red", "record 1: its captions are no list"),
        (["red", ""], "record 1, caption 2: its caption is empty"),
        (["red", 4], "record 1, caption 2: its caption is empty or no text"),
    ],
)
def test_wrong_captions_are_refused(folder, captions, says):
    assert says in refused(folder, [{**CAPTIONS[0], "captions": captions}])


def test_a_picture_that_is_none_is_refused_before_training(folder):
    (folder / "cam/1.ppm").write_bytes(b"no picture at all")
    assert "record 1, rgb: " in (error := refused(folder, CAPTIONS))
    assert "cam/1.ppm is no readable image" in error


def test_a_picture_that_turns_out_damaged_is_missing_and_counted_where_that_is_asked_for(folder):
    (folder / "cam/1.ppm").write_bytes(b"P6\n10 20\n255\nshort")
    path = write(folder, CAPTIONS, "reid_raw.json")
    forgiving = read(path, skip=True)
    assert forgiving[0].images == {}
    assert forgiving[0].caption == "red"
    assert len(forgiving.damaged) == 1
    assert "record 1, caption 1, rgb" in forgiving.damaged[0]
    with pytest.raises(BadInput, match="record 1, caption 1, rgb"):
        read(path)[0]


def test_skipped_records_and_damaged_pictures_are_counted_in_a_run(folder, tmp_path):
    (folder / "nir/0017/a.ppm").write_bytes(b"P6\n10 20\n255\nshort")
    found = records("0003", "0017")
    found[3]["caption"] = ""
    train = write(folder, found)
    test = write(folder, QUERIES, "queries.json")
    config = short(manifest=str(train), test_manifest=str(test), batch_size=4, steps=2,
                   skip_bad_records=True)  # fmt: skip
    run = trained(tmp_path / "run", config)
    rows = [e["values"] for e in run if e["kind"] == "scalars" and "train/loss" in e["values"]]
    assert rows[-1]["data/skipped"] == 2
    assert run[-1]["status"] == "finished"


def test_json_that_is_broken_is_refused(folder):
    assert "cannot be read" in refused(folder, json.dumps(QUERIES)[:-3])
