"""COCO files: boxes come out in one frame, and whatever is wrong is refused with its record."""

import json

import numpy as np
import pytest

from tests.trainers.box_refinement.given import short, total, trained
from trainers.box_refinement.data import CocoExamples, held_out_examples, training_examples
from trainers.data import coco, pictures
from trainers.errors import BadInput

IMAGES = [
    {"id": 7, "file_name": "a.png", "width": 80, "height": 40},
    {"id": 9, "file_name": "b.png", "width": 40, "height": 60},
]
ANNOTATIONS = [
    {"image_id": 7, "bbox": [8, 4, 16, 20]},
    {"image_id": 9, "bbox": [0, 0, 40.5, 60]},
    {"image_id": 7, "bbox": [40, 10, 20, 20]},
]


@pytest.fixture
def written(tmp_path):
    def write(name="boxes.json", images=IMAGES, annotations=ANNOTATIONS):
        path = tmp_path / name
        path.write_text(json.dumps({"images": images, "annotations": annotations}))
        return path

    return write


@pytest.fixture
def drawn(tmp_path):
    image = pytest.importorskip("PIL.Image")
    for row in IMAGES:
        image.new("RGB", (row["width"], row["height"]), "red").save(tmp_path / row["file_name"])
    return tmp_path


def with_box(*box):
    return [ANNOTATIONS[0], {"image_id": 9, "bbox": list(box)}]


def test_left_top_width_height_become_two_corners(written):
    first, second = coco.read(written()).images
    assert first.boxes.tolist() == [[8, 4, 24, 24], [40, 10, 60, 30]]
    assert (second.width, second.height, second.path.name) == (40, 60, "b.png")


def test_crowds_and_images_without_boxes_are_counted(written):
    crowd = {"image_id": 9, "bbox": [0, 0, 5, 5], "iscrowd": 1}
    found = coco.read(written(annotations=[ANNOTATIONS[0], crowd]))
    assert (len(found.images), found.crowds, found.empty) == (1, 1, 1)


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ((10, 20, 35, 55), "reaches beyond the image of 40 x 60"),  # two corners
        ((10, 20, 0, 5), "has no area"),
        ((10, 20, -3, 5), "has no area"),
        ((1, 2, 3), "not four finite numbers"),
        ((1, 2, 3, float("nan")), "not four finite numbers"),
        ((1, 2, 3, "4"), "not four finite numbers"),
        ((1, 2, 3, True), "not four finite numbers"),
    ],
)
def test_a_box_in_another_format_is_refused_by_its_record(written, box, says):
    path = written(annotations=with_box(*box))
    with pytest.raises(BadInput) as error:
        coco.read(path)
    assert f"{path}: annotations[1]: bbox" in str(error.value)
    assert says in str(error.value)


def test_normalised_boxes_are_refused(written):
    shares = [{"image_id": 7, "bbox": [0.1, 0.2, 0.3, 0.4]}]
    with pytest.raises(BadInput, match="in shares of the image, and COCO's are in pixels"):
        coco.read(written(annotations=shares))


@pytest.mark.parametrize(
    ("images", "annotations", "says"),
    [
        ([IMAGES[0], IMAGES[0]], [], r"images\[1\]: the id 7 is also that of .*images\[0\]"),
        ([{**IMAGES[0], "width": 0}], [], r"images\[0\]: width is 0"),
        ([{"id": 1}], [], r"images\[0\]: file_name is missing"),
        ([{**IMAGES[0], "id": "7"}], [], r"images\[0\]: id is '7' and not a whole number"),
        (IMAGES, [{"image_id": 8, "bbox": [1, 1, 1, 1]}], r"there is no image with the id 8"),
        (IMAGES, [{"image_id": 7}], r"annotations\[0\]: bbox is missing"),
        (IMAGES, ["x"], r"annotations\[0\]: image_id is missing"),
        (IMAGES, [], r"it holds no box"),
        ({}, [], r"images is no list"),
    ],
)
def test_a_wrong_record_is_refused(written, images, annotations, says):
    with pytest.raises(BadInput, match=says):
        coco.read(written(images=images, annotations=annotations))


@pytest.mark.parametrize(
    ("text", "says"),
    [("{", "is not JSON"), ("[]", "needs the keys images and annotations"), ("", "is not JSON")],
)
def test_a_file_that_is_not_coco_is_refused(tmp_path, text, says):
    (tmp_path / "boxes.json").write_text(text)
    with pytest.raises(BadInput, match=says):
        coco.read(tmp_path / "boxes.json")


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"none\.json cannot be read"):
        coco.read(tmp_path / "none.json")


def proposals(written, rows):
    images = coco.read(written()).images
    path = written().with_name("proposals.json")
    path.write_text(json.dumps(rows))
    return coco.read_proposals(path, images)


def test_proposals_are_paired_in_order(written):
    found = proposals(written, [*ANNOTATIONS, {"image_id": 77, "bbox": "of another set"}])
    assert found[7].tolist() == [[8, 4, 24, 24], [40, 10, 60, 30]]


@pytest.mark.parametrize("rows", [ANNOTATIONS[:2], [*ANNOTATIONS, ANNOTATIONS[0]], []])
def test_unequal_numbers_of_proposals_and_boxes_are_refused_not_cut_off(written, rows):
    with pytest.raises(BadInput, match=r"image 7 has \d proposals and 2 annotated boxes"):
        proposals(written, rows)


def test_a_missing_image_is_refused_before_training(written, tmp_path):
    with pytest.raises(BadInput, match=r"images\[0\]: image .*a\.png cannot be read"):
        CocoExamples(written(), None, None, 1, "refuse")


def test_an_empty_image_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(BadInput, match=r"record 3: image .*a\.png is empty \(0 bytes\)"):
        pictures.pixels(tmp_path / "a.png", "record 3")


@pytest.mark.parametrize("read", [pictures.pixels, pictures.size])
def test_an_unreadable_image_is_refused(tmp_path, read):
    pytest.importorskip("PIL.Image")
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(BadInput, match=r"record 3: .*a\.png is no readable image"):
        read(tmp_path / "a.png", "record 3")


def test_a_torn_image_is_refused(drawn):
    path = drawn / "a.png"
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(BadInput, match="is no readable image"):
        pictures.pixels(path, "record 3")


def test_an_image_of_another_size_than_annotated_is_refused(written, drawn):
    wrong = [{**IMAGES[0], "width": 90}, IMAGES[1]]
    examples = CocoExamples(written(images=wrong), None, None, 1, "refuse")
    with pytest.raises(BadInput, match="is 80 x 40 pixels, and the annotations are of 90 x 40"):
        examples[0].load()


def test_boxes_are_in_shares_of_the_longest_side(written, drawn):
    examples = CocoExamples(written(), None, None, 1, "refuse")
    assert np.allclose(examples[0].boxes[0], [0.1, 0.05, 0.3, 0.3])
    assert examples[1].longest == 60
    assert examples[0].load().shape == (3, 40, 80)


def test_an_image_is_known_by_its_bytes(written, drawn):
    examples = CocoExamples(written(), None, None, 1, "refuse")
    before = examples[0].digest
    assert examples[0].digest == before != examples[1].digest
    (drawn / "a.png").write_bytes((drawn / "b.png").read_bytes())
    assert examples[0].digest == examples[1].digest


def test_held_out_annotations_are_asked_for(written):
    with pytest.raises(BadInput, match="held_out: name a COCO file"):
        held_out_examples(short(annotations=str(written())))


def test_trains_on_image_files(written, drawn, tmp_path):
    path = str(written())
    config = short(annotations=path, held_out=path, proposals="", steps=1, batch_size=2)
    assert len(training_examples(config)) == 2
    assert trained(tmp_path / "run", config)[-1]["status"] == "finished"


def skipping(written, **files):
    return CocoExamples(written(**files), None, None, 1, "skip")


def test_images_with_a_bad_box_are_left_out_whole_and_counted(written, drawn):
    wrong = [*ANNOTATIONS, {"image_id": 7, "bbox": [1, 2, 3]}, {"image_id": 99, "bbox": [1] * 4}]
    examples = skipping(written, annotations=wrong)
    assert [image.identity for image in examples.images] == [9]
    assert len(examples.skipped) == 2
    assert "annotations[3]: bbox is [1, 2, 3]" in examples.skipped[0]
    assert "annotations[4]: there is no image with the id 99" in examples.skipped[1]


@pytest.mark.parametrize("content", [None, b"", b"no picture", b"torn"])
def test_images_with_a_bad_file_are_left_out_and_counted(written, drawn, content):
    path = drawn / "a.png"
    torn = path.read_bytes()[:-30]
    path.unlink() if content is None else path.write_bytes(torn if content == b"torn" else content)
    examples = skipping(written)
    assert [image.identity for image in examples.images] == [9]
    assert len(examples.skipped) == 1
    assert "a.png" in examples.skipped[0]


def test_nothing_but_bad_images_is_refused_all_the_same(written):
    with pytest.raises(BadInput, match=r"every image is bad; the first: .*images\[0\]"):
        skipping(written)


def test_proposals_of_left_out_images_are_not_asked_for(written, drawn):
    path = written()
    (drawn / "a.png").write_bytes(b"")
    proposals_file = path.with_name("proposals.json")
    proposals_file.write_text(json.dumps([ANNOTATIONS[1]]))
    examples = CocoExamples(path, None, proposals_file, 1, "skip")
    assert examples[0].proposals is not None
    assert examples[0].proposals.shape == examples[0].boxes.shape == (1, 4)


def test_what_was_skipped_is_told_by_the_run(written, drawn, tmp_path):
    path = str(written(annotations=[*ANNOTATIONS, {"image_id": 7, "bbox": [1, 1, 0, 1]}]))
    config = short(annotations=path, held_out=path, skip_bad_records=True, steps=1, batch_size=1)
    run = trained(tmp_path / "run", config)
    told = next(event["values"] for event in run if event["kind"] == "facts")
    assert told["data/skipped"] == 2  # once in either file
    assert "annotations[3]" in told["data/skipped_records"][0]
    assert total(run, "data/skipped") == 2
