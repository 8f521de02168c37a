"""Held-out scores: ranks are honest about ties and NaN, and the gallery is always the same."""

import math

import pytest
import torch

from tests.trainers.given import short
from trainers.data.scenes import Scenes
from trainers.region_contrastive.evaluation import TEMPERATURE, attributes, calibrated, scores
from trainers.region_contrastive.examples import SceneExamples
from trainers.region_contrastive.gallery import Found, Gallery
from trainers.region_contrastive.hard import NONE
from trainers.region_contrastive.tokens import tokenize
from trainers.region_contrastive.weights import prepare


def found(regions, texts, truth, wrong=None):
    none = torch.full((len(regions), 1), NONE)
    return Found(
        regions, texts, torch.tensor(truth), none if wrong is None else wrong, min(240, len(texts))
    )


def test_perfect_regions_find_everything():
    phrases = torch.eye(240)
    told = scores(given := found(phrases[[3, 7, 239]], phrases, [3, 7, 239]))
    assert told["eval/region_recall_at_1"] == told["eval/region_recall_at_5"] == 1
    assert set(attributes(given).values()) == {1}


def test_equal_embeddings_find_nothing_and_are_at_chance():
    told = scores(found(torch.ones(4, 8), torch.ones(240, 8), [0, 1, 2, 3]))
    assert told["eval/region_recall_at_5"] == 0
    assert told["eval/region_loss"] == pytest.approx(math.log(240), abs=1e-4)
    assert told["eval/region_calibrated_loss"] == pytest.approx(math.log(240), abs=1e-4)


def test_nan_finds_nothing():
    told = scores(given := found(torch.full((4, 8), math.nan), torch.ones(240, 8), [0, 1, 2, 3]))
    assert told["eval/region_recall_at_1"] == told["eval/region_recall_at_5"] == 0
    assert set(attributes(given).values()) == {0}
    assert math.isnan(told["eval/region_loss"])
    assert math.isnan(told["eval/region_calibrated_loss"])


def test_the_third_of_240_counts_for_recall_at_5_only():
    phrases = torch.eye(240)
    region = phrases[0] * 0.5 + phrases[1] * 0.6 + phrases[2] * 0.7
    told = scores(found(region[None], phrases, [0]))
    assert (told["eval/region_recall_at_1"], told["eval/region_recall_at_5"]) == (0, 1)


def test_the_loss_is_at_one_temperature_against_one_number_of_negatives():
    phrases = torch.eye(240)
    told = scores(found(phrases[:1] * TEMPERATURE, phrases, [0]))
    slow = -math.log(math.e / (math.e + 239))
    assert told["eval/region_loss"] == pytest.approx(slow, abs=1e-5)


def test_the_calibrated_loss_does_not_care_for_the_scale_of_the_cosines():
    cosine, truth = torch.randn(30, 12).div(3), torch.arange(30) % 12
    cosine[torch.arange(30), truth] += 0.5
    step = 10 ** (3 / 24)  # between two of the scales
    assert calibrated(cosine, truth) == pytest.approx(calibrated(cosine * step, truth), abs=1e-5)


def test_hard_negatives_are_told_where_a_region_has_some():
    texts = torch.eye(6)
    wrong = torch.tensor([[1, 2], [0, NONE], [NONE, NONE], [4, NONE]])
    regions = torch.stack([texts[0], texts[1], texts[2], texts[4] + 0.5 * texts[3]])
    told = scores(found(regions, texts, [0, 1, 2, 3], wrong))
    assert told["eval/hard_negative_accuracy"] == pytest.approx(2 / 3)
    assert "eval/hard_negative_accuracy" not in scores(found(regions, texts, [0, 1, 2, 3]))


def gallery(scenes=9):
    examples = SceneExamples(Scenes("clutter", "test", scenes))
    return Gallery(examples, (), tokenize, torch.device("cpu"))


def test_the_gallery_does_not_care_in_how_many_parts_it_is_embedded(monkeypatch):
    model = prepare(short()).model
    whole = gallery().embed(model)
    monkeypatch.setattr("trainers.region_contrastive.gallery.AT_ONCE", 4)
    monkeypatch.setattr("trainers.region_contrastive.gallery.TEXTS_AT_ONCE", 7)
    parts = gallery().embed(model)
    assert torch.allclose(whole.regions, parts.regions, atol=1e-5)
    assert torch.allclose(whole.texts, parts.texts, atol=1e-5)


def test_every_region_points_at_its_own_phrase_and_at_others_that_differ_in_a_word():
    here = gallery()
    for region, name in enumerate(here.names):
        assert here.texts[here.truth[region]] == name.short
        assert here.truth[region] < here.count
        listed = [here.texts[place] for place in here.wrong[region]]
        assert len(set(listed)) == 10
        for text in listed:
            pairs = zip(text.split(), name.short.split(), strict=True)
            assert sum(one != other for one, other in pairs) == 1
