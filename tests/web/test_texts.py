"""Every text that people read is there in Chinese, with the same fields, compiled."""

import re

import pytest
from django.utils.translation import gettext, override

from dashboard.web import texts

FIELD = re.compile(r"%\(\w+\)\d*[sd]|\{\w+\}")
MENDED_BY = "run python3 manage.py texts, then translate what it lists"


@pytest.fixture(scope="module")
def kept():
    return texts.kept()


def ids(catalog):
    return {message.id for message in catalog if message.id}


def test_no_text_lacks_a_translation_and_none_is_guessed(kept):
    assert not texts.missing(kept), MENDED_BY


def test_the_catalogue_holds_the_texts_there_are_and_no_others(kept):
    now = ids(texts.collected())
    assert not now - ids(kept), MENDED_BY
    assert not ids(kept) - now, MENDED_BY


def test_every_translation_has_the_fields_of_its_text(kept):
    for message in kept:
        given = message.id if isinstance(message.id, str) else message.id[0]
        told = message.string if isinstance(message.string, str) else message.string[0]
        if given:
            assert set(FIELD.findall(given)) == set(FIELD.findall(told)), given


def test_every_translation_can_be_filled_in(kept):
    """A stray brace or per cent would cost a page."""
    for message in kept:
        if message.id and isinstance(message.string, str) and "{" in str(message.id):
            values = dict.fromkeys(re.findall(r"\{(\w+)\}", message.string), "1")
            assert message.string.format(**values)


def test_the_compiled_catalogue_is_not_stale(kept):
    compiled = texts.PO.with_suffix(".mo").read_bytes()
    assert compiled == texts.compiled(kept), MENDED_BY


def test_django_finds_it():
    with override("zh-hans"):
        assert gettext("Memory bank") == "记忆库"


def test_a_new_text_would_be_found():
    found = ids(texts.collected())
    assert "Loss against chance" in found  # a rule's
    assert "Embeddings of one kind fall together into few directions." in found  # its docstring's
    assert "Learning rate" in found  # a trainer's setting
    assert "Launch a run" in found  # a template's
    assert "Queued" in found  # a model's
    assert ("%(counter)s run waits", "%(counter)s runs wait") in found  # in two numbers


def test_a_missing_or_guessed_translation_is_noticed(kept):
    lacking = texts.kept()
    lacking.get("Memory bank").string = ""
    lacking.get("Queued").flags.add("fuzzy")
    assert set(texts.missing(lacking)) == {
        "Memory bank",
        "Queued",
    }


def test_what_nobody_says_any_more_is_dropped(kept, monkeypatch):
    old = texts.kept()
    old.add("Nobody says this", "没人这么说")
    monkeypatch.setattr(texts, "kept", lambda: old)
    assert "Nobody says this" not in ids(texts.merged())
