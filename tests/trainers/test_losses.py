"""The contrastive losses agree with their equations written out."""

import math

import pytest
import torch

from trainers.region_contrastive.losses import Side, global_loss, region_logits, region_loss, unit


def cross_entropy(scores, right):
    """-log softmax(scores)[right], over the scores that are not None."""
    total = sum(math.exp(score) for score in scores if score is not None)
    return -math.log(math.exp(scores[right]) / total)


def cosine(one, other):
    return float(one @ other)


def rows(count, width=6):
    return unit(torch.randn(count, width), 1e-12)


def written_out(regions, texts, phrases, bank, scale, mask):
    """bank: (regions, texts, phrases). Both directions, row by row."""
    old_regions, old_texts, old_phrases = bank
    reads = [*phrases, *old_phrases]
    total = 0.0
    for ours, candidates in ((regions, [*texts, *old_texts]), (texts, [*regions, *old_regions])):
        for row, vector in enumerate(ours):
            scores = [
                None
                if mask and at != row and reads[at] == phrases[row]
                else scale * cosine(vector, c)
                for at, c in enumerate(candidates)
            ]
            total += cross_entropy(scores, row) / len(ours) / 2
    return total


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("banked", [0, 4])
def test_the_region_loss_agrees_with_the_equations_written_out(mask, banked):
    torch.manual_seed(0)
    regions, texts, old_regions, old_texts = rows(5), rows(5), rows(banked), rows(banked)
    phrase, old_phrase = torch.tensor([7, 7, 1, 2, 3]), torch.tensor([7, 9, 1, 1][:banked])
    reads = torch.cat([phrase, old_phrase])
    scale = torch.tensor(9.0)
    one = Side(regions, torch.cat([texts, old_texts]), phrase, reads)
    other = Side(texts, torch.cat([regions, old_regions]), phrase, reads)
    fast = region_loss(
        region_logits(one, scale, mask_duplicates=mask),
        region_logits(other, scale, mask_duplicates=mask),
    )
    bank = (old_regions, old_texts, old_phrase.tolist())
    slow = written_out(regions, texts, phrase.tolist(), bank, 9.0, mask)
    assert float(fast) == pytest.approx(slow, abs=1e-5)


def test_the_global_loss_agrees_with_the_equations_written_out():
    torch.manual_seed(1)
    images, texts = rows(4), rows(4)
    slow = written_out(images, texts, [0, 1, 2, 3], ([], [], []), 5.0, mask=False)
    logits = 5.0 * images @ texts.T
    assert float(global_loss(logits, logits.T)) == pytest.approx(slow, abs=1e-5)


def test_masking_leaves_the_right_answer_in():
    phrase = torch.tensor([4, 4])
    logits = region_logits(
        Side(rows(2), rows(2), phrase, phrase), torch.tensor(1.0), mask_duplicates=True
    )
    assert logits.diagonal().isfinite().all()
    assert logits[0, 1] == logits[1, 0] == -math.inf


def test_equal_embeddings_are_at_chance():
    same = unit(torch.ones(4, 8), 1e-12)
    logits = 14.0 * same @ same.T
    assert float(region_loss(logits, logits)) == pytest.approx(math.log(4), abs=1e-5)


def test_a_zero_row_stays_zero():
    assert (unit(torch.zeros(1, 3), 1e-12) == 0).all()


def test_a_zero_row_becomes_nan_when_nothing_bounds_the_norm():
    assert unit(torch.zeros(1, 3), 0.0).isnan().all()


def test_unit_rows_have_length_one_whatever_the_format():
    assert unit(torch.randn(5, 8).bfloat16(), 1e-12).norm(dim=1).sub(1).abs().max() < 1e-6
