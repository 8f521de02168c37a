"""What open pages ask each second: given again while nothing changed, and never longer."""

import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.asgi import make
from dashboard.metrics import store
from dashboard.runs import lifecycle
from dashboard.training.launching import launch
from dashboard.web import front
from tests.conftest import Served, lines, scalars

ASKS = {"X-Fixpoint-Live": "1"}


@pytest.fixture
def made(monkeypatch):
    """Paths that Django was asked for."""
    asked = []
    whole = front._whole

    async def counted(app, scope):
        asked.append(scope["path"])
        return await whole(app, scope)

    monkeypatch.setattr(front, "_whole", counted)
    monkeypatch.setattr(front, "LONGEST_REST", 0)
    monkeypatch.setattr(front, "AT_ONCE", 0)
    return asked


@pytest.fixture
def served(transactional_db, monkeypatch, made):
    monkeypatch.setattr("dashboard.asgi.application", make())
    with Served() as served:
        yield served.url


@pytest.fixture
def reader(served):
    return browser(served, "reader-1")


@pytest.fixture
def path(served):
    run = launch("rehearsal", config={"steps": 20}, seed=0)
    lifecycle.claim("host", "cpu:0")  # the page of a run that waits tells of the others too
    store.append(run.pk, 0, lines(scalars(1, train_loss=3)))
    return f"/runs/{run.pk}/"


def browser(url, name):
    client = Client()
    client.force_login(User.objects.create_user(name))
    cookies = {"sessionid": client.cookies["sessionid"].value}
    return httpx.Client(base_url=url, cookies=cookies, headers=ASKS, trust_env=False)


def test_what_is_kept_of_a_run_is_the_same_for_all_readers(served, reader, path, made):
    first = reader.get(path)
    other = browser(served, "reader-2").get(path)
    assert first.content == other.content
    assert made == [path]
    assert b"reader-1" not in first.content
    assert b"csrf" not in first.content
    assert "set-cookie" not in other.headers


def test_a_page_with_views_of_ones_own_is_made_for_each_reader(served, reader, path, made):
    first = reader.get("/table/")
    other = browser(served, "reader-2").get("/table/")
    assert made == ["/table/", "/table/"]
    assert first.headers["ETag"] != other.headers["ETag"]


def test_nothing_new_is_304_without_django(reader, path, made):
    tag = {"If-None-Match": reader.get(path).headers["ETag"]}
    made.clear()
    answer = reader.get(path, headers=tag)
    assert (answer.status_code, answer.content, made) == (304, b"", [])


def test_a_change_of_the_run_is_seen(reader, path):
    first = reader.get(path)
    lifecycle.touch([path.split("/")[2]])
    second = reader.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]


def test_another_run_changes_nothing(reader, path, made):
    tag = {"If-None-Match": reader.get(path).headers["ETag"]}
    launch("rehearsal", seed=1)
    made.clear()
    assert reader.get(path, headers=tag).status_code == 304
    assert made == []


def test_a_new_run_changes_the_list(reader, path, made):
    tag = {"If-None-Match": reader.get("/").headers["ETag"]}
    assert reader.get("/", headers=tag).status_code == 304
    assert made == ["/"]
    launch("rehearsal", name="newcomer", seed=1)
    assert "newcomer" in reader.get("/", headers=tag).text


def test_nobody_gets_a_kept_answer_without_a_login(served, reader, path):
    reader.get(path)
    answer = httpx.get(served + path, headers=ASKS, cookies={"sessionid": "x"}, trust_env=False)
    assert answer.status_code == 302


def test_a_login_that_ended_is_noticed(reader, path, monkeypatch):
    monkeypatch.setattr(front, "RECHECK", 0)
    assert reader.get(path).status_code == 200
    User.objects.update(is_active=False)
    assert reader.get(path).status_code == 302


def test_the_languages_are_kept_apart(reader, path):
    english = reader.get(path)
    chinese = reader.get(path, headers={"Accept-Language": "zh-hans"})
    assert english.headers["ETag"] != chinese.headers["ETag"]
    assert "概览" in chinese.text


def test_figures_are_kept_too(reader, path, made):
    figures = f"/api/figures/?runs={path.split('/')[2]}"
    first = reader.get(figures)
    again = reader.get(figures, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert made == ["/api/figures/"]
    assert first.json()["figures"][0]["name"] == "train/loss"
