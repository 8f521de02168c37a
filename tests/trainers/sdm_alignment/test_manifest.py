"""Manifests: ORBench-like lists are read, and what is wrong is told by file and record."""

import csv
import json

import numpy as np
import pytest

from tests.trainers.sdm_alignment.given import short, trained
from trainers.data import listed_people, pictures
from trainers.data.people import HEIGHT, WIDTH
from trainers.errors import BadInput
from trainers.sdm_alignment.data import open_sets


@pytest.fixture
def orbench(tmp_path):
    """Three people with gaps in their ids, two RGB pictures each, other modalities beside them."""
    for person in ("0003", "0017", "0020"):
        for folder in ("vis", "nir", "cp", "sk"):
            for picture in ("a", "b"):
                pixmap(tmp_path / folder / person / f"{picture}.ppm", shade=int(person))
    return tmp_path


def pixmap(path, shade=100, height=20, width=10):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"P6\n%d %d\n255\n" % (width, height) + bytes([shade] * height * width * 3))


def records(*people):
    return [
        {
            "id": int(person),
            "file_path": f"vis/{person}/{picture}.ppm",
            "caption": f"person {person}",
        }
        for person in people
        for picture in ("a", "b")
    ]


def write(folder, found, name="train.json"):
    path = folder / name
    path.write_text(found if isinstance(found, str) else json.dumps(found))
    return path


def read(path, *, skip=False):
    return listed_people.read(path, path.parent, skip_bad=skip)


def refused(folder, found, name="train.json"):
    with pytest.raises(BadInput) as error:
        read(write(folder, found, name))
    return str(error.value)


def changed(number, **fields):
    found = records("0003", "0017")
    found[number - 1].update(fields)
    return found


def test_finds_the_other_modalities_in_the_persons_folders(orbench):
    people = read(write(orbench, records("0003", "0017")))
    assert set(people[0].images) == {"rgb", "infrared", "pencil", "sketch"}
    assert people[0].images["rgb"].shape == (3, HEIGHT, WIDTH)
    assert people[3].caption == "person 0017"


def test_ids_with_gaps_are_numbered_anew(orbench):
    people = read(write(orbench, records("0003", "0017", "0020")))
    assert [people[n].identity for n in range(6)] == [0, 0, 1, 1, 2, 2]
    assert people.members == [[0, 1], [2, 3], [4, 5]]
    assert people.ids == ("3", "17", "20")


def test_what_a_record_does_not_name_is_missing(orbench):
    found = [{"id": 1, "sketch": "sk/0003/a.ppm"}, {"id": 2, "rgb": "vis/0017/a.ppm", "nir": None}]
    people = read(write(orbench, found))
    assert set(people[0].images) == {"sketch"}
    assert people[0].caption is None
    assert set(people[1].images) == {"rgb"}


def test_reads_csv_with_empty_cells_as_missing(orbench):
    path = orbench / "train.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "rgb", "sketch", "caption"])
        rows.writerow(["5", "vis/0003/a.ppm", "", "a person, standing"])
        rows.writerow(["9", "vis/0017/a.ppm", "sk/0017/a.ppm", "another"])
    people = read(path)
    assert (set(people[0].images), people[0].caption) == ({"rgb"}, "a person, standing")
    assert set(people[1].images) == {"rgb", "sketch"}


def test_a_missing_picture_is_told_by_file_and_record(orbench):
    error = refused(orbench, changed(3, file_path="vis/0017/gone.ppm"))
    assert "train.json, record 3, rgb: there is no file" in error
    assert "vis/0017/gone.ppm" in error
    assert "skip_bad_records" in error


def test_a_picture_of_zero_bytes_is_told_by_file_and_record(orbench):
    (orbench / "nir/0017/a.ppm").write_bytes(b"")
    error = refused(orbench, records("0003", "0017"))
    assert "record 3, infrared:" in error
    assert "nir/0017/a.ppm is of zero bytes" in error


@pytest.mark.parametrize("caption", ["", "  ", 7])
def test_an_empty_caption_is_refused(orbench, caption):
    assert "record 2: its caption is empty" in refused(orbench, changed(2, caption=caption))


def test_an_unknown_modality_is_refused_with_those_there_are(orbench):
    error = refused(orbench, changed(1, thermal="x.ppm"))
    assert "record 1: unknown modality 'thermal'; there are: rgb, infrared" in error
    assert "unknown modality 'lidar'" in refused(orbench, changed(1, file_path="lidar/0003/a.ppm"))


@pytest.mark.parametrize("who", [None, "", [1]])
def test_a_record_without_an_id_is_refused(orbench, who):
    assert "record 4: it has no id" in refused(orbench, changed(4, id=who))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "cannot be read"),
        ('{"id": 1}', "must be a list with at least one record"),
        ("[]", "must be a list with at least one record"),
        ("[3]", "record 1: it must be an object"),
        ('[{"id": 1}]', "record 1: it has neither a picture nor a caption"),
        ('[{"id": 1, "rgb": ""}]', "record 1, rgb: its path is empty"),
    ],
)
def test_wrong_json_is_refused(orbench, text, says):
    error = refused(orbench, text)
    assert says in error
    assert "train.json" in error


def test_a_manifest_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadInput, match="there is no file"):
        read(tmp_path / "none.json")


def test_bad_records_are_skipped_and_counted_where_that_is_asked_for(orbench):
    people = read(write(orbench, changed(3, caption="")), skip=True)
    assert len(people.entries) == 3
    assert len(people.skipped) == 1
    assert "record 3" in people.skipped[0]


def test_nothing_but_bad_records_is_refused_all_the_same(orbench):
    with pytest.raises(BadInput, match=r"every record of .* is bad; the first: .*record 1"):
        read(write(orbench, [{"id": 1, "caption": ""}]), skip=True)


def test_a_damaged_picture_is_told_by_file_and_record(orbench):
    (orbench / "vis/0003/a.ppm").write_bytes(b"P6\n10 20\n255\n" + b"short")
    people = read(write(orbench, records("0003", "0017")))
    with pytest.raises(BadInput, match=r"record 1, rgb: .*a\.ppm is no readable image"):
        people[0]


def test_pictures_are_scaled(tmp_path):
    half = bytes([0] * 30 + [200] * 30)  # 10 x 2, upper row black
    (tmp_path / "a.ppm").write_bytes(b"P6 10 2 255\n" + half)
    small = pictures.scaled(tmp_path / "a.ppm", "record 1", 1, 1)
    assert small.tolist() == [[[100]]] * 3
    large = pictures.scaled(tmp_path / "a.ppm", "record 1", 4, 20)
    assert large.shape == (3, 4, 20)
    assert np.array_equal(large[0, :, 0], [0, 0, 200, 200])


def test_people_of_both_manifests_are_refused(orbench):
    train = write(orbench, records("0003", "0017"))
    test = write(orbench, records("0017", "0020"), "test.json")
    with pytest.raises(BadInput, match=r"1 of its people .* the first with id 17"):
        open_sets(short(manifest=str(train), test_manifest=str(test)))
    with pytest.raises(BadInput, match="name the manifest of the held-out people"):
        open_sets(short(manifest=str(train)))


def test_trains_on_a_manifest(orbench, tmp_path):
    train = write(orbench, records("0003", "0017"))
    test = write(orbench, records("0020"), "test.json")
    config = short(manifest=str(train), test_manifest=str(test), batch_size=4, steps=1)
    assert trained(tmp_path / "run", config)[-1]["status"] == "finished"
