"""What a person sees move: points, rows, verdicts and log arrive without a reload."""

import re
import time

import pytest
from playwright.sync_api import expect

from dashboard.health.examination import examine
from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from tests.conftest import lines, scalars
from tests.web.given import logged

pytestmark = pytest.mark.browser


@pytest.fixture
def running(app):
    run = launch("rehearsal", name="alive", seed=0)
    Run.objects.filter(pk=run.pk).update(status="running")
    return run


def note(page, text):
    return page.locator(".card .under", has_text=text).first


def test_points_arrive_within_two_seconds_and_without_a_reload(here, running):
    offset = logged(running, [3, 2, 1])
    page = here(f"/runs/{running.pk}/?tab=curves")
    expect(note(page, "3 points")).to_be_visible()
    page.evaluate("window.same = true")
    store.append(running.pk, offset, lines(scalars(4, 4, train_loss=0.5)))
    sent = time.monotonic()
    expect(note(page, "4 points")).to_be_visible()
    assert time.monotonic() - sent < 2.5  # two seconds, and what the test itself takes
    assert page.evaluate("window.same")
    assert page.locator(".card .plot .scatterlayer .trace").count() == 1


def test_status_verdict_and_log_change_by_themselves(here, running):
    logged(running, [3, 2, 1])
    page = here(f"/runs/{running.pk}/?tab=log")
    expect(page.locator(".facts .status")).to_have_text("Running")
    store.append_log(running.pk, 0, b"a new line\n")
    expect(page.locator("[data-console]")).to_contain_text("a new line")
    Run.objects.filter(pk=running.pk).update(status="finished", version=99)
    examine(Run.objects.get(pk=running.pk))
    expect(page.locator(".facts .status")).to_have_text("Finished")
    expect(page.locator(".facts .verdict")).not_to_have_text("Not judged yet")
    expect(page.locator("[data-do=archive]")).to_be_visible()


def test_a_failing_verdict_appears_with_its_chart(here, running):
    offset = logged(running, [3, 2, 1])
    page = here(f"/runs/{running.pk}/?tab=verdicts")
    expect(page.locator(".charts-empty")).to_be_visible()
    store.append(running.pk, offset, NAN)
    examine(Run.objects.get(pk=running.pk))
    card = page.locator(".finding").first
    expect(card).to_contain_text("Failing")
    expect(card.locator(".plot .point, .plot .trace").first).to_be_attached()


NAN = lines({"kind": "scalars", "step": 9, "time": 9.0, "values": {"train/loss": "NaN"}})


def test_a_new_run_joins_the_list_and_a_tick_stays(here, running):
    page = here("/")
    page.get_by_label("Choose alive").check()
    launch("rehearsal", name="newcomer", seed=0)
    expect(page.locator(".row .name")).to_have_text(["newcomer", "alive"], timeout=15_000)
    expect(page.get_by_label("Choose alive")).to_be_checked()
    newcomer = page.get_by_role("button", name="Draw newcomer")
    expect(newcomer).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-ticked]")).to_have_text("1")


def test_the_page_says_that_it_is_live_lost_and_paused(here, running, context):
    page = here(f"/runs/{running.pk}/")
    pulse = page.locator("[data-pulse]")
    expect(pulse).to_have_text(re.compile(r"live, updated \d+ s ago"))
    context.set_offline(True)
    lost = r"connection lost, retrying in \d+ s; nothing is lost: training goes on"
    expect(pulse).to_have_text(re.compile(lost))
    context.set_offline(False)
    expect(pulse).to_have_text(re.compile("live"), timeout=15_000)
    page.get_by_role("button", name="Pause").click()
    expect(pulse).to_have_text("paused")


def test_a_paused_page_stands_still(here, running):
    offset = logged(running, [3, 2, 1])
    page = here(f"/runs/{running.pk}/?tab=curves")
    expect(note(page, "3 points")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    store.append(running.pk, offset, lines(scalars(4, 4, train_loss=0.5)))
    page.wait_for_timeout(2500)
    expect(note(page, "3 points")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(note(page, "4 points")).to_be_visible()


def test_after_a_break_the_page_catches_up_without_a_gap(here, running, context):
    offset = logged(running, [3, 2, 1])
    page = here(f"/runs/{running.pk}/?tab=curves")
    expect(note(page, "3 points")).to_be_visible()
    context.set_offline(True)
    expect(page.locator("[data-pulse]")).to_have_attribute("data-state", "lost")
    store.append(running.pk, offset, lines(*(scalars(s, s, train_loss=1) for s in range(4, 50))))
    context.set_offline(False)
    expect(note(page, "49 points")).to_be_visible()
