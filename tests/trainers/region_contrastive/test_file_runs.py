"""Trainings on files: they run, skip what they may, and end at once over what they may not."""

import json
import shutil

import pytest
import torch
from PIL import Image

from tests.trainers.given import curves, facts, short, trained
from tests.trainers.region_contrastive.given import changed, written
from trainers.errors import BadInput
from trainers.region_contrastive.task import RegionTask


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    return written(folder / "train", 12), written(folder / "test", 8, "test")


@pytest.fixture
def own_files(files, tmp_path):
    """A copy that a test may damage."""
    for file in files:
        shutil.copytree(file.parent, tmp_path / file.parent.name)
    return tuple(tmp_path / file.parent.name / file.name for file in files)


def config(files, **values):
    train, test = files
    paths = {"annotations": str(train), "held_out": str(test)}
    return short(**{"dataset": "fgclip", "steps": 2, **paths, **values})


def task(files, **values):
    return RegionTask(config(files, **values), torch.device("cpu"), 0)


def test_it_trains_and_scores_on_files(files, tmp_path):
    events = trained(tmp_path, config(files, hard_weight=0.5, region_text="either"))
    rows = curves(events)
    assert rows[(2, "train/loss/region")] > 0
    assert rows[(2, "hard/loss")] > 0
    assert 0 <= rows[(2, "eval/hard_negative_accuracy")] <= 1
    assert (2, "eval/region_digit_accuracy") not in rows
    assert facts(events)["data/images"] == 12
    assert rows[(2, "data/skipped")] == 0


def test_files_are_learnt_from_as_the_scenes_that_they_were_written_from(files):
    """But for the rounding of images to bytes."""
    from_files = task(files, invalid_share=0.0)
    drawn = RegionTask(
        short(train_scenes=12, evaluation_scenes=8, invalid_share=0.0), torch.device("cpu"), 0
    )
    one, other = (first_loss(each, "region") for each in (from_files, drawn))
    assert one == pytest.approx(other, rel=0.02)


def first_loss(made, name):
    return float(made.losses(made.move(made.batch(0)))[name].detach())


def test_long_captions_are_read_beside_short_ones(files):
    both, short_ones = (task(files, captions=kind) for kind in ("both", "short"))
    assert first_loss(both, "global") > first_loss(short_ones, "global")


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "no image"])
def test_a_damaged_image_ends_the_run_with_its_record(own_files, damage):
    image = own_files[0].parent / "images" / "000002.png"
    damaged(image, damage)
    with pytest.raises(BadInput, match=r"record 2.*000002\.png"):
        whole_epoch(own_files)


def whole_epoch(files, **values):
    made = task(files, **values)
    return [made.batch(forward) for forward in range(3)]


def damaged(image, damage):
    if damage == "missing":
        image.unlink()
    else:
        data = image.read_bytes()
        image.write_bytes({"empty": b"", "cut": data[: len(data) // 2], "no image": b"x"}[damage])


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "no image"])
def test_a_damaged_image_is_skipped_and_counted_where_it_may_be(own_files, damage, tmp_path):
    damaged(own_files[0].parent / "images" / "000002.png", damage)
    events = trained(tmp_path / "run", config(own_files, skip_bad_records=True))
    rows = curves(events)
    assert sum(value for (_, name), value in rows.items() if name == "data/skipped") >= 1


def test_a_skipped_record_is_always_replaced_by_the_same_one(own_files):
    (own_files[0].parent / "images" / "000002.png").unlink()
    one, other = (task(own_files, skip_bad_records=True).batch(1) for _ in range(2))
    assert torch.equal(one.images, other.images)
    assert one.captions == other.captions


def test_a_folder_without_the_images_is_refused_even_where_records_are_skipped(own_files):
    shutil.rmtree(own_files[0].parent / "images")
    with pytest.raises(BadInput, match="none of 12 images looked for is there"):
        task(own_files, skip_bad_records=True)


def test_records_that_were_left_out_are_told(own_files):
    changed(own_files[0], short_caption="")
    made = task(own_files, skip_bad_records=True)
    assert made.facts["data/skipped"] == 1
    assert "record 2" in made.facts["data/skipped_records"][0]


def test_both_files_must_be_named(files):
    with pytest.raises(BadInput, match="held_out: name the file"):
        task(files, held_out="")


def test_invalid_boxes_of_a_file_enter_the_loss_where_they_are_not_filtered(files, tmp_path):
    broken = written(tmp_path, 12, share=0.9)
    with pytest.raises(BadInput, match="are invalid"):
        task((broken, files[1]))
    batch = task((broken, files[1]), filter_boxes=False).batch(0)
    assert sum(batch.invalid.values()) > 0 == batch.filtered


def test_the_small_model_refuses_texts_that_it_cannot_read(own_files):
    records = json.loads(own_files[1].read_text())
    for record in records:
        for box in record["bbox_info"]:
            box["short_expr"] = "un chien noir"
    own_files[1].write_text(json.dumps(records))
    with pytest.raises(BadInput, match="name the directory of a CLIP"):
        task(own_files)


def test_images_of_any_size_become_the_models(own_files):
    image = own_files[0].parent / "images" / "000002.png"
    with Image.open(image) as picture:
        picture.resize((123, 45)).convert("L").save(image)
    assert {batch.images.shape for batch in whole_epoch(own_files)} == {(4, 3, 64, 64)}


def test_texts_that_are_cut_are_counted(own_files):
    changed(own_files[0], short_caption="a red " * 40)
    assert sum(batch.cut for batch in whole_epoch(own_files)) == 1


def coco(tmp_path, files, **box):
    """COCO's JSON of the same images: two boxes on each."""
    images, annotations = [], []
    for number in range(12):
        images.append(
            {"id": number, "file_name": f"images/{number:06d}.png", "width": 64, "height": 64}
        )
        for place in range(2):
            annotations.append(
                {"image_id": number, "bbox": [8 * place, 4, 20, 30], "category_id": place, **box}
            )
    names = [{"id": 0, "name": "small red one"}, {"id": 1, "name": "large blue two"}]
    file = files[0].parent / f"{tmp_path.name}.json"
    file.write_text(json.dumps({"images": images, "annotations": annotations, "categories": names}))
    return file, file


def test_coco_files_are_read_with_their_categories_as_phrases(files, tmp_path):
    made = task(coco(tmp_path, files), dataset="coco", evaluation_scenes=8)
    batch = made.batch(0)
    assert set(batch.texts) == {"small red one", "large blue two"}
    assert batch.captions[0] == "a photo of small red one and large blue two"
    assert made.gallery.count == 2
    assert float(batch.boxes.max()) <= 1


def test_an_annotations_own_caption_comes_before_its_category(files, tmp_path):
    made = task(coco(tmp_path, files, caption="a green nine"), dataset="coco")
    assert set(made.batch(0).texts) == {"a green nine"}


def test_a_coco_box_that_is_called_nothing_is_refused(files, tmp_path):
    with pytest.raises(BadInput, match="no category with the id 5"):
        task(coco(tmp_path, files, category_id=5), dataset="coco")
