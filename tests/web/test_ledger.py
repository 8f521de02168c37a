"""The run page tells what became of every point."""

import pytest

from dashboard.metrics import store
from dashboard.metrics.models import Tail
from tests.conftest import lines, scalars

pytestmark = pytest.mark.django_db


def page(client, run):
    return client.get(f"/runs/{run.pk}/").content.decode()


def test_points_are_told_and_can_be_downloaded(page_client, run):
    store.append(run.pk, 0, lines(scalars(1, train_loss=1), scalars(2, train_loss=1)))
    text = page(page_client, run)
    assert f"/api/runs/{run.pk}/points/?file=parquet" in text
    assert "do not balance" not in text


def test_a_rejected_line_is_told_with_its_reason(page_client, run):
    store.append(run.pk, 0, lines(scalars(1, train_loss=1), scalars(-1, train_loss=1)))
    text = page(page_client, run)
    assert "Rejected" in text
    assert "step -1 is outside" in text


def test_a_run_whose_ledger_does_not_balance_is_marked(page_client, run):
    store.append(run.pk, 0, lines(scalars(1, train_loss=1)))
    Tail.objects.all().delete()
    text = page(page_client, run)
    assert "do not balance" in text
    assert "Missing" in text


def test_the_api_tells_the_same(page_client, run):
    end = {"kind": "end", "status": "finished", "points": 3}
    start = {"kind": "start", "attempt": 1}
    store.append(run.pk, 0, lines(start, scalars(1, train_loss=1), end))
    told = page_client.get(f"/api/runs/{run.pk}/ledger/").json()
    assert (told["sent"], told["stored"], told["held"], told["logged"]) == (1, 1, 1, 3)
    assert (told["unsent"], told["balanced"]) == (2, False)
