"""Posts that arrive at the same moment: over connections of their own, as the server has them."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from dashboard.metrics import store
from dashboard.training.launching import launch
from tests.conftest import lines, scalars
from tests.metrics.given import short_chunks

__all__ = ["short_chunks"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_chunks")]


@pytest.fixture
def run(transactional_db):
    return launch("rehearsal", config={"steps": 20}, seed=0)


def at_once(*calls):
    """What each call raised, or None; all begin together."""
    ready = threading.Barrier(len(calls))
    raised: list[Exception | None] = [None] * len(calls)

    def work(place, call):
        ready.wait()
        try:
            call()
        except Exception as error:
            raised[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def steps(run, name="train/loss"):
    return store.read(run.pk)[name].steps.tolist()


def test_the_same_body_twice_at_once_is_stored_once(run):
    body = lines(*(scalars(step, train_loss=step) for step in range(50)))
    for _ in range(5):
        assert at_once(*[lambda: store.append(run.pk, 0, body)] * 4) == [None] * 4
    assert steps(run) == list(range(50))
    account = store.account(run.pk)
    assert (account.sent, account.balanced) == (50, True)
    assert account.again == len(body) * 19


def test_two_hosts_of_one_run_lose_nothing(run):
    def host(source, attempt, first):
        offset = 0
        for step in range(first, first + 40):
            body = lines(scalars(step, train_loss=step, train_acc=1))
            if step == first:
                body = lines({"kind": "start", "attempt": attempt, "step": first}) + body
            offset = store.append(run.pk, offset, body, source=source).offset

    raised = at_once(lambda: host("a", 1, 0), lambda: host("b", 2, 40))
    assert raised == [None, None]
    assert steps(run) == list(range(80))
    summary = store.summaries([run.pk])[run.pk]
    assert {summary[name].count for name in summary} == {80}
    assert store.account(run.pk).balanced


def test_another_file_under_the_same_name_is_refused(run):
    first, other = lines(scalars(1, train_loss=1)), lines(scalars(1, train_loss=2))
    raised = at_once(lambda: store.append(run.pk, 0, first), lambda: store.append(run.pk, 0, other))
    assert [type(error) for error in raised if error] == [store.OtherFile]
    assert "a source of its own" in str(next(filter(None, raised)))
    assert steps(run) == [1]


def test_readers_see_every_acknowledged_point_while_others_seal(run):
    seen, done = [], threading.Event()

    def write():
        offset = 0
        try:
            for step in range(120):
                body = lines(scalars(step, train_loss=step))
                offset = store.append(run.pk, offset, body).offset
        finally:
            done.set()

    def read():
        while not done.is_set():
            expected = store.summaries([run.pk])[run.pk]
            count = expected["train/loss"].count if expected else 0
            found = store.read(run.pk).get("train/loss")
            window = store.read_window(run.pk, "train/loss", most=4)
            steps = [] if found is None else found.steps.tolist()
            seen.append(steps == list(range(len(steps))) and len(steps) >= count)
            seen.append((window.points if window else 0) >= len(steps))

    assert at_once(write, read) == [None, None]
    assert all(seen)
    assert len(seen) > 2
    assert steps(run) == list(range(120))
