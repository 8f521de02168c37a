"""What a run tells of its samples: kept by step and name, the newest attempt's only."""

import pytest

from dashboard.metrics import store
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db

FILE = "0123456789abcdef" * 2 + ".json"


def sample(step, name="boxes", file=FILE):
    return {"kind": "sample", "step": step, "name": name, "file": file}


def test_samples_are_read_newest_step_first(run):
    told = [sample(10), sample(20, "found"), sample(20, "boxes")]
    store.append(run.pk, 0, lines(*told))
    read = [(one.step, one.name, one.file) for one in store.samples(run.pk)]
    assert read == [(20, "found", FILE), (20, "boxes", FILE), (10, "boxes", FILE)]


def test_a_resumed_attempt_takes_the_place_of_what_it_trains_again(run):
    other = FILE.replace("0", "f")
    first = [{"kind": "start", "attempt": 1}, sample(10), sample(20), sample(30)]
    second = [{"kind": "start", "attempt": 2, "step": 15}, sample(20, file=other)]
    store.append(run.pk, 0, lines(*first, *second))
    assert [(one.step, one.file) for one in store.samples(run.pk)] == [(20, other), (10, FILE)]


@pytest.mark.parametrize(
    "bad",
    [
        sample(1, file="../../secret-key"),
        sample(1, file="0123.json"),
        sample(1, file=FILE.replace("json", "png")),
        sample(1, name=""),
        sample(1, name="a\nb"),
    ],
)
def test_a_line_that_names_no_document_is_refused_and_the_others_kept(run, bad):
    receipt = store.append(run.pk, 0, lines(scalars(1, train_loss=1), bad))
    assert (receipt.points, len(receipt.rejected)) == (1, 1)
    assert "sample" in receipt.rejected[0].reason
    assert store.samples(run.pk) == []
