"""Numbers that the source report printed, or that follow from its faults, computed here."""

import pytest
import torch

from tests.trainers.box_refinement.given import BOX, short
from trainers.box_refinement.config import BoxRefinementConfig
from trainers.box_refinement.frames import Frame
from trainers.box_refinement.losses import giou_loss, iou, iou_loss, l1_loss
from trainers.features import configured_device, key_of

IMAGE = torch.tensor([1920.0, 1080.0])


def many_boxes():
    """Anywhere on the image; their width and height together are 712 pixels in the mean."""
    random = torch.Generator().manual_seed(0)
    size = (0.05 + 0.375 * torch.rand(100_000, 2, generator=random)) * IMAGE
    corner = torch.rand(100_000, 2, generator=random) * (IMAGE - size)
    return corner, size, torch.cat([corner, corner + size], dim=1)


CORNER, SIZE, BOXES = many_boxes()
MISTAKES = {  # L1 against the right boxes in pixels: the signature by which a mistake is known
    "normalised": (BOXES / torch.cat([IMAGE, IMAGE]), 749),
    "centre and size for corners": (torch.cat([CORNER + SIZE / 2, SIZE], dim=1), 375),
    "corner and size for corners": (torch.cat([CORNER, SIZE], dim=1), 286),
    "resize to 1024 x 1024 not undone": (BOXES * (1024 / IMAGE).repeat(2), 238),
}


def test_the_reported_loss_is_l1_in_pixels_and_twice_an_iou_loss():
    assert pytest.approx(332.4417, abs=2e-4) == 330.7550 + 2 * 0.8433


def test_an_iou_loss_is_at_most_1_so_332_can_only_be_pixels():
    boxes = torch.rand(100, 4)
    assert float(iou_loss(boxes, boxes.flip(0))) <= 1
    assert 332.4417 - 2 * 1 > 330


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_known_by_its_l1(mistake):
    boxes, expected = MISTAKES[mistake]
    assert float(l1_loss(boxes, BOXES)) == pytest.approx(expected, abs=2.5)


def test_only_normalised_boxes_never_meet_boxes_in_pixels():
    overlap = {name: float(iou_loss(boxes, BOXES)) for name, (boxes, _) in MISTAKES.items()}
    assert overlap.pop("normalised") == pytest.approx(1, abs=1e-4)
    assert all(loss < 0.9995 for loss in overlap.values())


def test_one_prediction_missing_and_the_rest_cut_to_fit_looks_like_bad_predictions():
    random = torch.Generator().manual_seed(0)
    truth = BOXES[:32]
    predicted = truth + torch.randn(32, 4, generator=random) * 2
    shifted = torch.cat([predicted[:4], predicted[5:]])
    assert float(iou(predicted, truth).mean()) > 0.9
    assert float(iou(shifted, truth[:31]).mean()) < 0.3  # what cutting off would report
    with pytest.raises(ValueError, match="cannot be paired"):
        l1_loss(shifted, truth)


def test_broadcast_boxes_would_lose_where_equal_ones_lose_nothing():
    boxes = torch.rand(8, 4)
    assert float((boxes - boxes[:, None]).abs().mean()) > 0.1
    with pytest.raises(ValueError, match="cannot be paired"):
        l1_loss(boxes, boxes[:, None])


def test_original_pixels_against_a_normalised_frame_lose_hundreds():
    predicted = torch.tensor([[0.4, 0.4, 0.6, 0.7]])
    frame = Frame("normalised", 256, original=True)
    targets = frame.targets(predicted, torch.tensor([640.0]))
    assert torch.allclose(targets, torch.tensor([[256.0, 256, 384, 448]]))
    assert float(l1_loss(frame.predictions(predicted), targets)) == pytest.approx(335.475)
    assert 1 < float(giou_loss(predicted, targets)) < 2


@pytest.mark.parametrize("unit", ["normalised", "pixels"])
def test_equal_boxes_are_equal_in_every_declared_unit(unit):
    boxes = torch.tensor([[0.25, 0.25, 0.5, 0.75]])
    frame = Frame(unit, 256)
    gap = l1_loss(frame.predictions(boxes), frame.targets(boxes, torch.tensor([640.0])))
    assert float(gap) == 0
    assert float(frame.predictions(boxes)[0, 0]) == 0.25 * frame.size


def test_a_device_has_two_names_and_a_key_made_of_them_is_two_keys():
    assert str(torch.zeros(1).device) == "cpu"
    assert configured_device(torch.device("cpu")) == "cpu:0"
    assert torch.device("cpu") != torch.device("cpu:0")
    assert torch.device("cuda") != torch.device("cuda:0")
    assert key_of("image", "encoder", "as is", "cpu") != key_of(
        "image", "encoder", "as is", "cpu:0"
    )


def test_the_defaults_are_the_repaired_run():
    assert short() == short("after")
    assert BoxRefinementConfig() == BoxRefinementConfig(**BOX.presets["after"].values)


def test_the_single_faults_together_are_the_run_before_the_fixes():
    together: dict[str, object] = {}
    for name, preset in BOX.presets.items():
        together |= preset.values if name.startswith("fault_") else {}
    assert together == BOX.presets["before"].values


def test_the_fields_of_a_group_stand_together():
    fields = BoxRefinementConfig.model_fields.values()
    groups = [
        field.json_schema_extra["group"]
        for field in fields
        if isinstance(field.json_schema_extra, dict)
    ]
    assert len(groups) == len(fields)
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)
