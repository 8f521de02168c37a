"""The bell rings on a page that stays open, says so once, and is quiet when all is seen."""

import pytest
from playwright.sync_api import expect

from dashboard.notices.models import Notice
from dashboard.training.launching import launch
from tests.notices.given import judged, receiver, verdict

pytestmark = pytest.mark.browser


def test_a_notice_arrives_without_a_reload_and_is_said_politely(here):
    run = launch("rehearsal", name="alive", seed=0)
    page = here("/storage/")
    count = page.locator(".bell-count")
    page.wait_for_timeout(1500)  # it has asked once
    expect(count).to_have_count(0)
    page.evaluate("window.same = true")
    judged(run, verdict(since=61))
    said = page.get_by_role("status").filter(has_text="Non-finite loss")
    expect(said).to_have_text("alive (#1): Non-finite loss: failing since step 61")
    expect(said).to_have_attribute("aria-live", "polite")
    expect(count).to_contain_text("1")
    assert page.evaluate("window.same")


def test_what_is_marked_as_seen_rings_no_more_and_the_page_stays(here):
    run = launch("rehearsal", name="alive", seed=0)
    judged(run, verdict(), verdict(rule="loss_spike"))
    page = here("/storage/")
    page.locator(".bell > summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bell li")).to_have_count(2)
    page.evaluate("window.same = true")
    page.get_by_role("button", name="Mark as seen").click()
    expect(page.locator(".bell-count")).to_have_count(0)
    expect(page.get_by_text("Nothing new.")).to_be_visible()
    assert page.evaluate("window.same")
    page.keyboard.press("Escape")
    expect(page.locator(".bell-box")).not_to_be_visible()
    assert Notice.objects.filter(seen_by=None).count() == 0


def test_a_notice_leads_to_its_verdict(here):
    run = launch("rehearsal", name="alive", seed=0)
    judged(run, verdict())
    page = here("/")
    page.locator(".bell > summary").click()
    page.locator(".bell li a").click()
    expect(page).to_have_url(
        f"{page.url.split('/runs/')[0]}/runs/{run.pk}/?tab=verdicts#non_finite_loss"
    )


def test_a_channel_is_added_tested_and_deleted_by_hand(here):
    with receiver() as there:
        page = here("/notices/channels/")
        page.get_by_label("Name").fill("team")
        page.get_by_label("Address").fill("nowhere")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Nothing can be posted there")).to_be_visible()
        expect(page.get_by_label("Name")).to_have_value("team")
        page.get_by_label("Address").fill(there.url)
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Show the secret").click()
        expect(page.get_by_text("whsec_")).to_be_visible()
        page.get_by_role("button", name="Test team").click()
        expect(page.get_by_text("The test reached team: 200 ok")).to_be_visible()
        assert len(there.received) == 1
    page.get_by_role("button", name="Delete team").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("There is no channel yet")).to_be_visible()
