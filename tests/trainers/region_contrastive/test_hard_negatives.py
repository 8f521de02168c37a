"""Hard negatives: phrases that differ in a word, and the loss as its equation is written out."""

import math

import pytest
import torch

from trainers.data.annotated import Named
from trainers.data.phrases import Look, hard_negatives
from trainers.region_contrastive.hard import NONE, choices, hard_logits, hard_loss, right
from trainers.region_contrastive.losses import unit

NAMES = [
    Named("a red one", "", ("a blue one", "a red two", "a green one")),
    Named("a blue one"),
    Named("a red two", "", ("a red one", "A Red Two")),
]


def written_out(regions, texts, rows, scale):
    """-log of the own phrase's share, over regions that have hard negatives; the sum."""
    total = 0.0
    for region, row in zip(regions, rows.tolist(), strict=True):
        listed = [scale * float(region @ texts[place]) for place in row if place != NONE]
        if listed:
            total -= math.log(math.exp(listed[0]) / sum(math.exp(value) for value in listed))
    return total


def test_each_phrase_has_ten_others_that_differ_in_one_word():
    for phrase in range(240):
        own = Look.of(phrase).text.split()
        found = hard_negatives(phrase)
        assert len(set(found)) == 10
        for text in found:
            assert sum(a != b for a, b in zip(text.split(), own, strict=True)) == 1


def test_a_regions_own_phrase_stands_first_and_texts_stand_once():
    found = choices(NAMES, 10)
    assert len(found.texts) == len(set(found.texts)) == 4
    listed = [[found.texts[place] for place in row if place != NONE] for row in found.rows]
    assert listed[0] == ["a red one", "a blue one", "a red two", "a green one"]
    assert listed[1] == []
    assert listed[2] == ["a red two", "a red one"]  # what reads like the own one is no negative


def test_no_more_hard_negatives_than_asked_for():
    assert choices(NAMES, 1).rows.shape == (3, 2)


def test_the_loss_agrees_with_its_equation_written_out():
    torch.manual_seed(0)
    found = choices(NAMES, 10)
    regions, texts = unit(torch.randn(3, 6), 1e-12), unit(torch.randn(4, 6), 1e-12)
    logits = hard_logits(regions, texts, found.rows, torch.tensor(7.0))
    slow = written_out(regions, texts, found.rows, 7.0)
    assert float(hard_loss(logits)) == pytest.approx(slow, abs=1e-5)


def test_nothing_to_choose_from_is_no_loss():
    none = choices([], 10)
    logits = hard_logits(torch.zeros(0, 6), torch.zeros(0, 6), none.rows, torch.tensor(1.0))
    assert float(hard_loss(logits)) == 0


def test_ties_and_nan_are_not_right():
    logits = torch.tensor([[2.0, 1.0], [1.0, 1.0], [math.nan, 0.0], [1.0, -math.inf]])
    assert right(logits).tolist() == [True, False, False, True]
