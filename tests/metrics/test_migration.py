"""Points of the first format are all there after the upgrade."""

import zlib

import numpy as np
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from dashboard.metrics import store
from dashboard.training.launching import launch
from tests.conftest import lines, scalars

OLD = [("metrics", "0001_initial")]


@pytest.fixture
def before(transactional_db):
    """The tables as they were; brought up to date again whatever happens."""
    executor = MigrationExecutor(connection)
    executor.migrate(OLD)
    yield executor.loader.project_state(OLD).apps
    upgrade()


def upgrade():
    """To the newest tables of all apps: what runs after this, and the code here, rely on them."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def old_chunk(steps, values, times, *, packed):
    body = b"".join(
        np.asarray(column, kind).tobytes()
        for column, kind in ((steps, "<i8"), (times, "<f8"), (values, "<f8"))
    )
    return b"\x01" + zlib.compress(body) if packed else b"\x00" + body


def test_old_chunks_become_new_ones(before):
    run = launch("rehearsal", config={"steps": 20}, seed=0)
    Curve, Chunk = before.get_model("metrics", "Curve"), before.get_model("metrics", "Chunk")
    Event, Journal = before.get_model("metrics", "Event"), before.get_model("metrics", "Journal")
    curve = Curve.objects.create(run_id=run.pk, name="train/loss", count=10_060, tail=3)
    steps = np.arange(10_000)
    pieces = [
        (1, old_chunk(steps, steps * 0.5, steps, packed=True)),
        (1, old_chunk([10_000, 10_001], [np.nan, 7.0], [1, 2], packed=False)),
        (2, old_chunk(range(9_990, 10_050), range(60), range(60), packed=False)),
    ]
    for attempt, data in pieces:
        Chunk.objects.create(curve=curve, attempt=attempt, data=data)
    Event.objects.create(run_id=run.pk, kind="start", attempt=2, step=9_989, time=1.0)
    Journal.objects.create(
        run_id=run.pk, source="x", offset=77, attempt=2, points=10_062, rejected=2
    )
    upgrade()
    read = store.read(run.pk)["train/loss"]
    assert read.steps.tolist() == list(range(10_050))
    assert read.values.tolist() == [*(steps[:9_990] * 0.5), *range(60)]
    stale = store.read_superseded(run.pk, ["train/loss"])["train/loss"]
    assert len(stale[1]) == 12
    store.append(run.pk, 77, lines(scalars(10_050, train_loss=3)), source="x")
    back = MigrationExecutor(connection)
    back.migrate(OLD)
    upgrade()
    again = store.read(run.pk)["train/loss"]
    assert again.values.tolist() == [*read.values.tolist(), 3]
    account = store.account(run.pk)
    assert (account.sent, account.held, account.refused) == (10_063, 10_063, 2)
