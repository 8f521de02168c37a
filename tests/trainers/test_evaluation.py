"""Held-out scores: ranks are honest about ties and NaN, and the gallery is always the same."""

import math

import pytest
import torch

from tests.trainers.given import short
from trainers.data.scenes import Scenes
from trainers.region_contrastive.evaluation import NEGATIVES, TEMPERATURE, Gallery, scores
from trainers.region_contrastive.tokens import tokenize
from trainers.region_contrastive.weights import prepare


def test_perfect_regions_find_everything():
    phrases = torch.eye(240)
    found = scores(phrases[[3, 7, 239]], phrases, torch.tensor([3, 7, 239]))
    assert found["eval/region_recall_at_1"] == found["eval/region_recall_at_5"] == 1
    assert found["eval/region_digit_accuracy"] == found["eval/region_colour_accuracy"] == 1


def test_equal_embeddings_find_nothing_and_are_at_chance():
    found = scores(torch.ones(4, 8), torch.ones(240, 8), torch.tensor([0, 1, 2, 3]))
    assert found["eval/region_recall_at_5"] == 0
    assert found["eval/region_loss"] == pytest.approx(math.log(240), abs=1e-4)


def test_nan_finds_nothing():
    found = scores(torch.full((4, 8), math.nan), torch.ones(240, 8), torch.tensor([0, 1, 2, 3]))
    assert found["eval/region_recall_at_1"] == found["eval/region_recall_at_5"] == 0
    assert found["eval/region_digit_accuracy"] == found["eval/region_colour_accuracy"] == 0
    assert math.isnan(found["eval/region_loss"])


def test_the_third_of_240_counts_for_recall_at_5_only():
    phrases = torch.eye(240)
    region = phrases[0] * 0.5 + phrases[1] * 0.6 + phrases[2] * 0.7
    found = scores(region[None], phrases, torch.tensor([0]))
    assert (found["eval/region_recall_at_1"], found["eval/region_recall_at_5"]) == (0, 1)


def test_the_loss_is_at_one_temperature_against_one_number_of_negatives():
    phrases = torch.eye(240)
    found = scores(phrases[:1] * TEMPERATURE, phrases, torch.tensor([0]))
    slow = -math.log(math.e / (math.e + NEGATIVES))
    assert found["eval/region_loss"] == pytest.approx(slow, abs=1e-5)


def test_the_gallery_does_not_care_in_how_many_parts_it_is_embedded(monkeypatch):
    gallery = Gallery(Scenes("clutter", "test", 9), tokenize, torch.device("cpu"))
    model = prepare(short()).model
    whole = gallery.embed(model)[0]
    monkeypatch.setattr("trainers.region_contrastive.evaluation.IMAGES_AT_ONCE", 4)
    assert torch.allclose(whole, gallery.embed(model)[0], atol=1e-5)
