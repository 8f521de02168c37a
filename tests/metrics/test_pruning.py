"""What a run takes on the disk is told, and taken back whole."""

import pytest

from dashboard.metrics import store
from dashboard.metrics.models import Chunk, Clock, Curve, Event, Journal, Ledger, LogPart, Tail
from dashboard.training.launching import launch
from tests.conftest import lines, scalars
from tests.metrics.given import short_chunks

__all__ = ["short_chunks"]
pytestmark = pytest.mark.django_db

TABLES = (Chunk, Clock, Curve, Event, Journal, Ledger, LogPart, Tail)


def filled(run):
    body = lines({"kind": "start"}, *(scalars(s, train_loss=s, train_acc=s) for s in range(100)))
    store.append(run.pk, 0, body)
    store.append_log(run.pk, 0, b"x" * 1000)


def test_bytes_are_told_by_run(run):
    other = launch("rehearsal", seed=0)
    filled(run)
    sizes = store.sizes([run.pk, other.pk])
    assert sizes[other.pk].total == 0
    assert 3000 < sizes[run.pk].total < 100_000


def test_a_run_that_is_forgotten_leaves_nothing_and_others_alone(run, short_chunks):
    other = launch("rehearsal", seed=0)
    filled(run)
    filled(other)
    before = store.sizes([other.pk])
    assert store.forget(run.pk) > 10
    assert store.sizes([run.pk, other.pk]) == {run.pk: store.Size(), **before}
    assert store.read(run.pk) == {}
    assert len(store.read(other.pk)["train/loss"]) == 100
    assert store.forget(run.pk) == 0
    for table in set(TABLES) - {Tail}:  # all was sealed
        assert table._default_manager.exists(), table


def test_a_settled_run_reads_the_same_and_takes_less(run):
    offset = 0
    for step in range(300):
        offset = store.append(run.pk, offset, lines(scalars(step, train_loss=step))).offset
    before, size = store.read(run.pk)["train/loss"], store.sizes([run.pk])[run.pk].total
    store.settle(run.pk)
    assert not Tail.objects.exists()
    assert store.read(run.pk)["train/loss"].values.tolist() == before.values.tolist()
    assert store.sizes([run.pk])[run.pk].total < size
    assert store.account(run.pk).balanced
