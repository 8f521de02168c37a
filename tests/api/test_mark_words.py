"""Marks on charts: names that are known are told in the reader's language, all else as it was."""

import ast
from typing import get_args

import pytest
from django.utils.translation import gettext, override

from dashboard.api import mark_words
from dashboard.api.mark_words import told
from dashboard.metrics.store import Mark
from dashboard.places import ROOT


def mark(name, text):
    return Mark(5, name, text, 1.0)


def test_a_mark_of_ones_own_is_told_as_it_was_written():
    with override("zh-hans"):
        assert told(mark("unfrozen", "the backbone trains")) == "unfrozen: the backbone trains"


def test_a_known_name_and_a_known_sentence_are_translated_and_numbers_stay():
    with override("zh-hans"):
        assert told(mark("bank_full", "128 / 128")) == "记忆库已满: 128 / 128"
        assert "首次" in told(mark("temperature_fallback", mark_words.TEXTS[1]))


def test_what_trainers_mark_is_known_by_the_same_name():
    from trainers.region_contrastive.bank import State

    assert {f"bank_{state}" for state in get_args(State)} - {"bank_off"} <= set(mark_words.NAMES)


def test_each_known_sentence_is_one_that_a_trainer_says():
    files = (ast.parse(path.read_text()) for path in (ROOT / "trainers").rglob("*.py"))
    said = {getattr(node, "value", None) for file in files for node in ast.walk(file)
            if isinstance(node, ast.Constant)}  # fmt: skip
    assert set(mark_words.TEXTS) <= said


@pytest.mark.parametrize("text", [*mark_words.NAMES.values(), *mark_words.TEXTS])
def test_every_one_has_a_translation(text):
    with override("zh-hans"):
        assert gettext(text) != text
