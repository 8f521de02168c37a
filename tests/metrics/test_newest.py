"""The newest points of many runs' curves are those of the whole curves, though little is read."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.metrics import store
from dashboard.training.launching import launch
from tests.conftest import lines, scalars
from tests.metrics.given import short_chunks

__all__ = ["short_chunks"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_chunks")]


def sent(run, steps, offset=0, attempt=None):
    """Points at these steps, in this order; a new attempt begins where one is given."""
    start = [{"kind": "start", "attempt": attempt, "step": int(steps[0]) - 1}] if attempt else []
    points = [scalars(int(s), float(n), train_loss=n / 7) for n, s in enumerate(steps)]
    every = [*start, *points]
    for begin in range(0, len(every), 7):
        offset = store.append(run.pk, offset, lines(*every[begin : begin + 7])).offset
    return offset


def told(series):
    return list(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def agrees(runs, count):
    found = store.newest([run.pk for run in runs], count)
    for run in runs:
        whole = {name: one.last(count) for name, one in store.read(run.pk).items()}
        assert {n: told(one) for n, one in found[run.pk].items()} == {
            n: told(one) for n, one in whole.items()
        }


@pytest.mark.parametrize("count", [1, 5, 20, 1000])
def test_they_are_those_of_the_whole_curves(run, count):
    other = launch("rehearsal", config={"steps": 20}, seed=1)
    sent(run, range(1, 60))
    sent(other, range(1, 8))
    agrees([run, other], count)


@pytest.mark.parametrize("seed", range(8))
def test_also_where_points_come_out_of_order_and_settled(run, seed):
    rng = np.random.default_rng(seed)
    sent(run, rng.permutation(np.arange(1, 80)))
    agrees([run], 5)
    store.settle(run.pk)
    agrees([run], 5)


@pytest.mark.parametrize("back", [1, 20, 55])
def test_also_where_a_later_attempt_went_on_far_before_the_end(run, back):
    offset = sent(run, range(1, 60), attempt=1)
    sent(run, range(back, back + 4), offset, attempt=2)
    agrees([run], 5)
    agrees([run], 30)
    store.settle(run.pk)
    agrees([run], 5)


def test_metrics_that_were_not_asked_for_are_not_read(run):
    store.append(run.pk, 0, lines(scalars(1, a_x=1.0, b_x=2.0)))
    assert list(store.newest([run.pk], 5, ["b/x"])[run.pk]) == ["b/x"]
    assert store.newest([run.pk], 5, [])[run.pk] == {}


def test_a_run_without_points_has_none(run):
    assert store.newest([run.pk], 5) == {run.pk: {}}


def test_few_headings_are_read_however_long_the_run_is(run):
    sent(run, range(1, 100))
    store.settle(run.pk)
    with CaptureQueriesContext(connection) as caught:
        store.newest([run.pk], 5)
    [headings] = [q["sql"] for q in caught if "first_step" in q["sql"]]
    assert "LIMIT 3" in headings
