"""A key opens one study, however often and however fast it comes."""

import pytest

from dashboard.comparison.models import Study
from dashboard.comparison.once import once
from dashboard.runs.models import Run
from tests.comparison.given import opened

pytestmark = pytest.mark.django_db


def test_the_second_press_gets_the_study_of_the_first():
    first, new = once("key", opened)
    assert new
    assert once("key", opened) == (first, False)
    assert Study.objects.count() == 1


def test_without_a_key_each_call_opens_one():
    assert once("", opened)[0] != once("", opened)[0]


def test_the_slower_of_two_presses_leaves_neither_study_nor_runs(monkeypatch):
    first, _ = once("key", opened)
    runs = Run.objects.count()
    answers = iter([None, first])  # the first look comes before the quicker press was kept
    monkeypatch.setattr("dashboard.comparison.once._made", lambda key: next(answers))
    assert once("key", opened) == (first, False)
    assert Study.objects.count() == 1
    assert Run.objects.count() == runs


def test_an_error_leaves_the_key_free():
    def refused():
        opened()
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        once("key", refused)
    assert not Study.objects.exists()
    assert once("key", opened)[1]
