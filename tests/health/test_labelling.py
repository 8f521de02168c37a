"""Labels: what a person may say of a verdict, and which of it holds."""

import pytest

from dashboard.health.examination import examine
from dashboard.health.labelling import Unfit, fits, held, label
from dashboard.health.models import Label
from dashboard.metrics import store
from dashboard.runs.models import Run
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db


@pytest.fixture
def failing(run):
    store.append(run.pk, 0, lines(*(scalars(s, train_loss="NaN") for s in (1, 2))))
    examine(run)
    return run


def verdict(state, held_back=None):
    return {"state": state, "held_back": held_back}


@pytest.mark.parametrize(
    ("given", "may"),
    [
        (verdict("fail"), ["right", "wrong"]),
        (verdict("warn"), ["right", "wrong"]),
        (verdict("pass", "warn"), ["right", "wrong"]),
        (verdict("pass"), ["right", "missed"]),
        (verdict("waiting"), ["missed"]),
        (verdict("not_applicable"), ["missed"]),
        (verdict("broken"), []),
    ],
)
def test_what_may_be_said_fits_what_was_said(given, may):
    assert list(fits(given)) == may


def test_a_label_keeps_what_it_was_said_of(failing):
    kept = label(failing, "non_finite_loss", "wrong", by="lin", note="a test of NaN")
    assert (kept.state, kept.rule_version, kept.thresholds) == ("fail", 1, 0)
    assert (kept.fault, kept.note) == (False, "a test of NaN")


@pytest.mark.parametrize(
    ("rule", "opinion", "fault"),
    [
        ("non_finite_loss", "right", True),
        ("non_finite_loss", "wrong", False),
        ("loss_below_bound", "missed", True),
        ("memory_bank", "missed", True),
    ],
)
def test_it_says_whether_the_fault_is_there(failing, rule, opinion, fault):
    assert label(failing, rule, opinion, by="lin").fault is fault


def test_of_one_person_the_newest_holds_and_the_others_stay(failing):
    label(failing, "non_finite_loss", "wrong", by="lin")
    label(failing, "non_finite_loss", "right", by="lin")
    label(failing, "non_finite_loss", "wrong", by="mo")
    found = sorted((one.made_by, one.opinion) for one in held([failing.pk]))
    assert found == [("lin", "right"), ("mo", "wrong")]
    assert Label.objects.count() == 3


def test_what_is_taken_back_holds_no_more(failing):
    label(failing, "non_finite_loss", "wrong", by="lin")
    label(failing, "non_finite_loss", "none", by="lin")
    assert held([failing.pk]) == []


@pytest.mark.parametrize(
    ("rule", "opinion"),
    [("non_finite_loss", "missed"), ("memory_bank", "right"), ("no_rule", "right"),
     ("non_finite_loss", "nonsense")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_is_kept(failing, rule, opinion):
    with pytest.raises(Unfit):
        label(failing, rule, opinion, by="lin")
    assert not Label.objects.exists()


def test_a_run_that_was_not_judged_has_nothing_to_label(run):
    with pytest.raises(Unfit, match="no verdict of the rule"):
        label(run, "non_finite_loss", "right", by="lin")


def test_open_pages_hear_of_it(failing):
    before = Run.objects.get(pk=failing.pk).version
    label(failing, "non_finite_loss", "right", by="lin")
    assert Run.objects.get(pk=failing.pk).version > before
