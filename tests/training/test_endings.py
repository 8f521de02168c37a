"""How a run ended badly is said once, and read in any language."""

import signal

import pytest
from django.utils.translation import override

from dashboard.health.wording import told
from dashboard.training import endings
from dashboard.training.endings import english, is_known, of_trainer, say


def test_a_trainer_that_gave_up_is_told_with_its_last_words():
    ending = of_trainer(3, "RuntimeError: the loader died")
    assert english(ending) == (
        "The trainer ended with exit code 3. Its last words: RuntimeError: the loader died"
    )
    assert is_known(ending)


def test_one_that_said_nothing_has_no_last_words():
    assert english(of_trainer(1, "")) == "The trainer ended with exit code 1."


def test_one_that_was_killed_outright_may_have_run_out_of_memory():
    assert "ran out of memory" in english(of_trainer(-signal.SIGKILL, "step 3"))
    assert english(of_trainer(-signal.SIGSEGV, "")) == "The trainer was killed by SIGSEGV."


def test_a_reader_of_chinese_reads_it_in_chinese_and_the_last_words_as_they_were():
    with override("zh-hans"):
        words = told(of_trainer(3, "RuntimeError: {x} died"))
    assert words == "训练器以退出码 3 结束。最后的输出：RuntimeError: {x} died"


@pytest.mark.parametrize(
    "ending",
    [
        {},
        {"text": endings.EXITED},
        {"text": endings.EXITED, "values": {}},
        {"text": endings.EXITED, "values": {"code": None}},
        {"text": "Anything {code}", "values": {"code": 3}},
        {"text": endings.KILLED, "values": {"signal": "a\0"}},
        {"text": endings.LAST_WORDS, "values": {"how": {"text": "{x}", "values": {}}, "words": ""}},
        {"text": [], "values": {}},
    ],
)
def test_what_is_none_of_our_texts_is_not_taken_for_one(ending):
    assert not is_known(ending)


@pytest.mark.parametrize("text", endings.KNOWN)
def test_every_text_can_be_told(text):
    ending = say(text, **dict.fromkeys(endings._fields(text), "x"))
    assert is_known(ending)
    assert "{" not in english(ending)
