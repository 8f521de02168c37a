"""Buckets of many curves in one answer."""

import pytest

from dashboard.metrics import store
from tests.conftest import lines, scalars
from tests.web.given import ran

pytestmark = pytest.mark.django_db


def windows(client, **query):
    answer = client.get("/api/windows/", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["curves"]


def test_many_runs_and_metrics_come_at_once(page_client):
    one, other = ran("one", losses=range(50)), ran("other", losses=range(5))
    found = windows(page_client, runs=f"{one.pk},{other.pk}", names="train/loss", buckets="10")
    assert [(c["run"], c["points"], c["thinned"]) for c in found] == [
        (one.pk, 50, True),
        (other.pk, 5, False),
    ]
    buckets = found[0]["buckets"]
    assert buckets["count"] == [5] * 10
    assert (buckets["low"][0], buckets["high"][0], buckets["mean"][0]) == (0, 4, 2)
    assert (buckets["first"][9], buckets["last"][9]) == (45, 49)


def test_what_is_not_finite_is_counted(page_client, run):
    values = ["NaN", "Infinity", "-Infinity", 4]
    body = lines(*(scalars(s, train_loss=v) for s, v in enumerate(values)))
    store.append(run.pk, 0, body)
    [found] = windows(page_client, runs=run.pk, buckets="10")
    buckets = found["buckets"]
    assert [sum(buckets[name]) for name in ("nan", "above", "below")] == [1, 1, 1]
    assert buckets["first"] == ["NaN", "Infinity", "-Infinity", 4]


def test_a_window_by_the_clock(page_client):
    run = ran("one", losses=range(50))
    found = windows(page_client, runs=run.pk, x="wall", window="10000,20000")
    assert found[0]["points"] == 11


@pytest.mark.parametrize("query", [{"x": "metric:a"}, {"buckets": "3"}, {"window": "x"}])
def test_a_bad_question_is_refused(page_client, run, query):
    answer = page_client.get("/api/windows/", {"runs": run.pk, **query})
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == set(query)


def test_an_unknown_run_is_not_found(page_client):
    assert page_client.get("/api/windows/", {"runs": "none"}).status_code == 404
