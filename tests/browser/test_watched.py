"""A page that is watched while its server is killed and gone: it never needs a reload."""

import re

import pytest
from playwright.sync_api import expect

from tests.installation import Installation, wait

pytestmark = [pytest.mark.browser, pytest.mark.faults]


@pytest.fixture
def up(tmp_path):
    made = Installation(tmp_path / "data", slots=1)
    made.data.mkdir()
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def watched(up, page):
    """A running run's curves, with something in the window that a reload would lose."""
    run_id = up.launch(steps=4000)
    wait(lambda: up.has_points(run_id, 5), 40, up.tell)
    page.set_default_timeout(60_000)
    page.goto(up.manage("login_link").split()[-1])
    page.goto(f"{up.url}/runs/{run_id}/?tab=curves")
    page.evaluate("window.same = true")
    return run_id


def points(page):
    text = page.locator(".card .under", has_text="points").first.inner_text(timeout=30_000)
    found = re.search(r"([\d,]+) points", text)
    assert found is not None, text
    return int(found[1].replace(",", ""))


def grows(page):
    before = points(page)
    wait(lambda: points(page) > before, 60)


def test_through_kills_of_the_web_server_and_its_absence(up, page, watched):
    pulse = page.locator("[data-pulse]")
    grows(page)
    for _ in range(2):
        up.kill("web")
        grows(page)
    up.port = int(up.url.rpartition(":")[2])
    up.stop()
    expect(pulse).to_have_text(re.compile(r"connection lost, retrying in \d+ s; nothing is lost"))
    up.start()
    expect(pulse).to_have_text(re.compile("live, updated"), timeout=60_000)
    grows(page)
    last = max(up.logged(watched))
    wait(lambda: points(page) >= last, 60)
    assert page.evaluate("window.same")


def test_through_kills_of_the_others(up, page, watched):
    grows(page)
    for name in ("redis", "worker", "housekeeping", "runner"):
        assert up.kill(name), name
        grows(page)
    wait(lambda: up.run(watched)["attempt"] == 2, 60, up.tell)
    grows(page)
    assert page.evaluate("window.same")
