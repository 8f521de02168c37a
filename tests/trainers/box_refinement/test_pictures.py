"""After an evaluation held-out pictures are shown with boxes before, predicted and true."""

from tests.trainers.box_refinement.given import CPU, short, trained
from tests.trainers.recorded import events
from trainers.box_refinement.pictures import SHOWN
from trainers.box_refinement.task import BoxTask
from trainers.samples import Picture


def test_each_box_stands_there_three_times_in_pixels_of_its_picture(tmp_path):
    task = BoxTask(short(evaluation_images=6), CPU, 0, tmp_path)
    [sample] = task.samples()
    assert len(sample.rows) == SHOWN
    for number, [picture] in enumerate(sample.rows):
        assert isinstance(picture, Picture)
        count = len(task.held_out[number].boxes)
        kinds = [box.kind for box in picture.boxes]
        assert [kinds.count(kind) for kind in ("before", "true", "predicted")] == [count] * 3
        true = [box.corners for box in picture.boxes if box.kind == "true"]
        side = picture.pixels.shape[0]
        assert true[0][2] == task.held_out[number].boxes[0][2] * side
        assert max(corner for box in true for corner in box) <= side


def test_an_untrained_head_predicts_what_was_before(tmp_path):
    task = BoxTask(short(), CPU, 0, tmp_path)
    [picture] = task.samples()[0].rows[0]
    assert isinstance(picture, Picture)
    count = len(picture.boxes) // 3
    for before, predicted in zip(picture.boxes[:count], picture.boxes[2 * count :], strict=True):
        assert (
            max(abs(a - b) for a, b in zip(before.corners, predicted.corners, strict=True)) < 1e-3
        )


def test_a_run_writes_them(tmp_path):
    trained(tmp_path, short(steps=1))
    assert [e["name"] for e in events(tmp_path) if e["kind"] == "sample"] == ["boxes", "boxes"]
    assert list((tmp_path / "samples").glob("*.png"))
