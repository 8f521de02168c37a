"""Every point of a run as a file."""

import csv
import io
import json

import httpx
import pyarrow.parquet as pq
import pytest

from dashboard.api.models import Scope, Token
from dashboard.metrics import store
from tests.conftest import lines, scalars
from tests.metrics.given import short_chunks

__all__ = ["short_chunks"]
pytestmark = pytest.mark.django_db

HEAD = ["metric", "attempt", "step", "time", "value", "superseded"]


@pytest.fixture
def resumed(run, short_chunks):
    """Forty steps, and a resume at 30 that logs the last ten anew."""
    first = [scalars(step, step, train_loss=step, **{'a"b,c': "NaN"}) for step in range(1, 41)]
    again = [scalars(step, step, train_loss=-step) for step in range(31, 41)]
    starts = [{"kind": "start", "attempt": n, "step": s} for n, s in ((1, 0), (2, 30))]
    store.append(run.pk, 0, lines(starts[0], *first, starts[1], *again))
    return run


def download(client, run, **query):
    answer = client.get(f"/api/runs/{run.pk}/points/", query)
    assert answer.status_code == 200, answer.content
    return answer.getvalue()


def test_csv_has_every_point_that_counts(page_client, resumed):
    head, *rows = csv.reader(io.StringIO(download(page_client, resumed).decode()))
    assert head == HEAD
    loss = [float(row[4]) for row in rows if row[0] == "train/loss"]
    assert loss == [*range(1, 31), *range(-31, -41, -1)]
    odd = [row for row in rows if row[0] == 'a"b,c']
    assert len(odd) == 30
    assert {row[4] for row in odd} == {"NaN"}


def test_what_a_resume_replaced_is_there_for_who_asks(page_client, resumed):
    text = download(page_client, resumed, superseded="1", name="train/loss").decode()
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert [int(row[2]) for row in rows if row[5] == "1"] == list(range(31, 41))
    assert len(rows) == 50


def test_json_carries_the_same_points(page_client, resumed):
    parts = json.loads(download(page_client, resumed, file="json", name="train/loss"))
    assert [s for part in parts for s in part["steps"]] == list(range(1, 41))
    assert json.loads(download(page_client, resumed, file="json", name="none")) == []


def test_parquet_carries_the_same_points(page_client, resumed):
    table = pq.read_table(io.BytesIO(download(page_client, resumed, file="parquet")))
    assert table.column_names == HEAD
    rows = [row for row in table.to_pylist() if row["metric"] == "train/loss"]
    assert [row["value"] for row in rows] == [*range(1, 31), *range(-31, -41, -1)]
    empty = pq.read_table(io.BytesIO(download(page_client, resumed, file="parquet", name="none")))
    assert empty.num_rows == 0


def test_another_kind_of_file_is_refused(page_client, run):
    answer = page_client.get(f"/api/runs/{run.pk}/points/", {"file": "xls"})
    assert answer.status_code == 400
    assert "csv, json, parquet" in answer.json()["errors"]["file"]


def test_a_stranger_gets_none(client, run):
    assert client.get(f"/api/runs/{run.pk}/points/").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_served_download_comes_in_pieces(live_app, short_chunks):
    from dashboard.training.launching import launch

    run = launch("rehearsal", seed=0)
    store.append(run.pk, 0, lines(*(scalars(s, s, train_loss=s) for s in range(200))))
    headers = {"Authorization": f"Bearer {Token.issue('reader', Scope.VIEWER)}"}
    with httpx.stream("GET", f"{live_app}/api/runs/{run.pk}/points/", headers=headers) as answer:
        assert "content-length" not in answer.headers
        text = "".join(answer.iter_text())
    assert len(text.splitlines()) == 201
