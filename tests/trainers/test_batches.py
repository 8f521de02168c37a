"""Batches: one order for one seed, whatever the faults; nothing invalid when filtered."""

import torch

from trainers.data.boxes import valid
from trainers.data.scenes import Scenes
from trainers.region_contrastive.data import Batches
from trainers.region_contrastive.examples import SceneExamples
from trainers.region_contrastive.tokens import END, LONGEST, PAD, UNKNOWN, tokenize


def batches(*, filter_boxes=True, seed=0, share=0.25, count=12, regions=5):
    scenes = Scenes("clutter", "train", count, 0, share)
    return Batches(
        SceneExamples(scenes), batch_size=4, regions=regions, seed=seed, filter_boxes=filter_boxes
    )


def test_both_arms_see_the_same_scenes_in_the_same_order():
    for forward in range(7):
        one, other = (batches(filter_boxes=arm)[forward] for arm in (True, False))
        assert torch.equal(one.images, other.images)
        assert one.captions == other.captions
        assert one.invalid == other.invalid


def test_arms_without_broken_boxes_see_the_same_regions():
    one, other = (batches(filter_boxes=arm, share=0.0)[3] for arm in (True, False))
    assert torch.equal(one.boxes, other.boxes)


def test_a_batch_does_not_depend_on_those_before_it():
    in_order = [batches()[forward].captions for forward in range(5)]
    assert batches()[4].captions == in_order[4]


def test_another_seed_is_another_order():
    assert batches(seed=0)[0].captions != batches(seed=1)[0].captions


def test_every_epoch_shows_every_scene_once_in_another_order():
    epochs = [
        [
            caption
            for forward in range(3 * epoch, 3 * epoch + 3)
            for caption in batches()[forward].captions
        ]
        for epoch in range(2)
    ]
    assert sorted(epochs[0]) == sorted(epochs[1])
    assert epochs[0] != epochs[1]


def test_the_filter_leaves_no_invalid_box_and_counts_what_it_left_out():
    for forward in range(7):
        batch = batches()[forward]
        assert valid(batch.boxes.numpy()).all()
        assert batch.filtered == sum(batch.invalid.values())


def test_without_the_filter_invalid_boxes_come_through():
    found = [batches(filter_boxes=False)[forward] for forward in range(7)]
    assert sum((~valid(batch.boxes.numpy())).sum() for batch in found) > 0
    assert all(batch.filtered == 0 for batch in found)


def test_a_batch_of_nothing_but_broken_boxes_has_no_regions():
    batch = batches(share=1.0)[0]
    assert len(batch.boxes) == len(batch.texts) == len(batch.phrase) == 0
    assert batch.seen == batch.filtered > 0


def test_texts_and_phrases_belong_together():
    batch = batches()[0]
    assert len(batch.texts) == len(batch.phrase) == len(batch.boxes) == 5
    assert all(text.startswith("a ") for text in batch.texts)


def test_texts_are_padded_and_end_with_the_end():
    ids, mask, _ = tokenize(["a red three", "a small red handwritten three"])
    assert ids.shape == mask.shape == (2, 7)
    assert ids[0].tolist()[4:] == [END, PAD, PAD]
    assert mask.sum(1).tolist() == [5, 7]


def test_unknown_words_are_one_token_and_long_texts_are_cut():
    ids, _, cut = tokenize(["zebra", "red " * 100])
    assert cut == 1
    assert ids[0, 1] == UNKNOWN
    assert ids.shape[1] == LONGEST
    assert ids[1, -1] == END
