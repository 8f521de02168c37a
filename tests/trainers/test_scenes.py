"""Digit scenes: always the same from a seed, with handwriting in test that training never saw."""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from trainers.data import digits, phrases
from trainers.data.boxes import valid
from trainers.data.phrases import Look, every_phrase
from trainers.data.scenes import RGB, SIDE, Scenes


def test_the_digits_are_those_of_scikit_learn():
    images, labels = load_digits(return_X_y=True)
    ours, what = digits._bundled()
    assert np.array_equal(ours.reshape(-1, 64) * 16, images)
    assert np.array_equal(what, labels)


def test_no_handwriting_is_in_both_splits():
    train, test = (
        np.concatenate([*digits.numbers_of(split).values()]) for split in ("train", "test")
    )
    assert not set(train) & set(test)
    assert len(train) + len(test) == 1797
    assert all(len(rows) > 20 for rows in digits.numbers_of("test").values())


@pytest.mark.parametrize("domain", ["dark", "clutter"])
def test_a_scene_is_the_same_whenever_it_is_drawn(domain):
    one, other = (Scenes(domain, "train", 10, seed=3, invalid_share=0.5)[7] for _ in range(2))
    assert np.array_equal(one.image, other.image)
    assert np.array_equal(one.boxes, other.boxes)
    assert one.looks == other.looks


def test_another_seed_split_or_number_is_another_scene():
    base = Scenes("clutter", "train", 10, seed=3)
    others = [
        base[8],
        Scenes("clutter", "train", 10, seed=4)[7],
        Scenes("clutter", "test", 10, 3)[7],
    ]
    assert not any(np.array_equal(base[7].image, scene.image) for scene in others)


def test_broken_boxes_change_neither_image_nor_captions():
    sound, broken = (Scenes("clutter", "train", 10, 0, share)[2] for share in (0.0, 1.0))
    assert np.array_equal(sound.image, broken.image)
    assert sound.caption == broken.caption
    assert valid(sound.boxes).all()
    assert not valid(broken.boxes).any()


def test_the_image_shows_the_colour_that_the_phrase_names():
    """In nearly all boxes: a few are partly covered by a neighbour."""
    scenes = Scenes("dark", "train", 20)
    away = [
        np.linalg.norm(brightest(scenes[number].image, box) - RGB[look.colour])
        for number in range(20)
        for box, look in zip(scenes[number].boxes, scenes[number].looks, strict=True)
    ]
    assert np.mean(np.array(away) < 0.45) > 0.9


def brightest(image, box):
    x1, y1, x2, y2 = (box * SIDE).astype(int)
    ink = image[:, y1:y2, x1:x2].reshape(3, -1)
    return ink[:, ink.sum(0).argmax()]


def test_the_fingerprint_follows_the_data():
    base = Scenes("clutter", "train", 10)
    others = [
        Scenes("dark", "train", 10),
        Scenes("clutter", "train", 10, 1),
        Scenes("clutter", "test", 10),
    ]
    others.append(Scenes("clutter", "train", 10, invalid_share=0.1))
    assert base.fingerprint() == Scenes("clutter", "train", 10).fingerprint()
    assert len({base.fingerprint(), *(scenes.fingerprint() for scenes in others)}) == 5


def test_there_are_240_phrases_and_each_knows_its_number():
    assert len(set(every_phrase())) == phrases.COUNT == 240
    assert all(Look.of(number).phrase == number for number in range(240))
    assert Look(0, 0, 3).text == "a small red handwritten three"
