"""Batches and digit pedestrians: one order for one seed, unseen people held out, masks."""

import numpy as np
import pytest
import torch

from tests.trainers.sdm_alignment.given import short
from trainers.data.pedestrians import Pedestrians, absent, draw
from trainers.data.people import HEIGHT, IMAGES, MODALITIES, WIDTH, count
from trainers.data.wardrobe import LOOKS, WORDS, Look, looks
from trainers.errors import BadInput
from trainers.sdm_alignment.data import Batches, open_sets
from trainers.sdm_alignment.facts import records_a_batch
from trainers.sdm_alignment.tokens import number_of, tokenize


def batches(seed=0, *, size=8, records=2, share=0.3, identities=12):
    people = Pedestrians("train", identities, 2, 0, share)
    return Batches(people, size, records, seed)


def same(one, other):
    return (
        torch.equal(one.identity, other.identity)
        and one.captions == other.captions
        and one.images.keys() == other.images.keys()
        and all(torch.equal(one.images[m], other.images[m]) for m in one.images)
    )


def test_both_arms_see_the_same_records_in_the_same_order():
    arms = [short(preset) for preset in ("before", "after")]
    sets = [open_sets(arm).train for arm in arms]
    for forward in range(5):
        one, other = (Batches(people, 8, 2, 3)[forward] for people in sets)
        assert same(one, other)


def test_a_batch_does_not_depend_on_those_before_it():
    lot = batches()
    in_order = [lot[forward] for forward in range(4)]
    assert same(batches()[3], in_order[3])


def test_another_seed_is_another_order():
    assert not same(batches(0)[0], batches(1)[0])


def test_a_batch_holds_some_people_with_several_records_each():
    identity = batches(size=8, records=2)[0].identity
    assert torch.unique(identity, return_counts=True)[1].tolist() == [2, 2, 2, 2]


def test_every_epoch_shows_every_person_once():
    lot = batches(size=8, records=2, identities=12)
    shown = torch.cat([lot[forward].identity for forward in range(3)])
    assert sorted(shown.unique().tolist()) == list(range(12))


def test_a_batch_too_small_for_two_people_is_refused():
    with pytest.raises(BadInput, match="it must hold two people"):
        batches(size=3, records=2)


def test_masks_say_which_rows_the_pictures_belong_to():
    batch = batches(share=0.6)[0]
    for modality in IMAGES:
        found = len(batch.images[modality]) if modality in batch.images else 0
        assert found == int(batch.present[modality].sum())
    assert len(batch.captions) == int(batch.present["text"].sum())


def test_the_share_of_missing_modalities_is_the_stated_one():
    lacking = [absent(0.3, np.random.default_rng(n)) for n in range(2000)]
    share = {m: np.mean([m in found for found in lacking]) for m in MODALITIES}
    assert share["rgb"] == pytest.approx(0.1, abs=0.03)
    for modality in MODALITIES[1:]:
        assert share[modality] == pytest.approx(0.3, abs=0.04)


def test_something_is_left_of_every_record():
    people = Pedestrians("train", 30, 1, 0, 0.95)
    assert all(any(people[n].has(m) for m in MODALITIES) for n in range(30))


def test_nothing_is_missing_where_none_is_to_be():
    people = Pedestrians("test", 4, 2)
    assert all(people[n].has(m) for n in range(count(people)) for m in MODALITIES)


def test_held_out_people_are_unseen():
    assert not set(looks(0, "train", 4_000)) & set(looks(0, "test", 2_000))
    assert len(set(looks(0, "train", 4_000))) == 4_000


def test_every_look_can_be_told_from_its_number():
    assert Look.of(0) != Look.of(LOOKS - 1)
    assert Look.of(LOOKS - 1).digits == (9, 9)


def test_pictures_are_the_same_again_and_differ_between_modalities_and_views():
    look = Look(42, 1, 0, 0, 0, 1)
    drawn = {m: draw(look, m, "train", np.random.default_rng(1)) for m in IMAGES}
    assert all(picture.shape == (3, HEIGHT, WIDTH) for picture in drawn.values())
    again = draw(look, "rgb", "train", np.random.default_rng(1))
    assert np.array_equal(drawn["rgb"], again)
    assert not np.array_equal(drawn["rgb"], draw(look, "rgb", "train", np.random.default_rng(2)))
    assert len({picture.tobytes() for picture in drawn.values()}) == 4


def test_infrared_and_sketch_are_grey():
    look = Look(42, 1, 0, 0, 0, 1)
    for modality in ("infrared", "sketch"):
        picture = draw(look, modality, "train", np.random.default_rng(1)).astype(int)
        assert abs(picture[0] - picture[1]).mean() < 20  # but for the camera's noise


def test_captions_say_what_is_worn():
    caption = Look(42, 1, 0, 0, 2, 1).caption(np.random.default_rng(0))
    assert "red striped shirt" in caption
    assert "navy trousers" in caption
    assert "backpack" in caption


def test_the_fingerprint_changes_with_the_settings():
    sets = [Pedestrians("train", 8, 2), Pedestrians("train", 8, 2, 1), Pedestrians("test", 8, 2)]
    assert len({people.fingerprint() for people in sets}) == 3
    assert sets[0].fingerprint() == Pedestrians("train", 8, 2).fingerprint()


def test_no_two_words_of_the_captions_share_a_number():
    assert len({number_of(word) for word in WORDS}) == len(set(WORDS))


def test_tokens_are_padded_and_never_none():
    ids, mask = tokenize(["A red shirt.", "!"])
    assert ids.shape == (2, 3)
    assert mask.sum(dim=1).tolist() == [3, 1]


@pytest.mark.parametrize(("size", "records", "whole"), [(8, 2, 8), (9, 2, 8), (8, 3, 6)])
def test_a_batch_is_said_to_hold_as_many_records_as_it_does(size, records, whole):
    config = short(batch_size=size, records_per_person=records)
    batches = Batches(open_sets(config).train, size, records, seed=0)
    assert len(batches[0].identity) == records_a_batch(config) == whole
