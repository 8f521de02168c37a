"""Verdicts by clicking: from the list to the fault, from the fault to its change."""

import pytest
from playwright.sync_api import expect

from tests.web.given import ran

pytestmark = pytest.mark.browser


@pytest.fixture
def runs(app):
    return ran("fine"), ran("broken", losses=[3, "NaN", 1])


@pytest.mark.parametrize("address", ["/table/", "/"])
def test_the_menu_narrows_the_list_to_a_verdict(here, runs, address):
    page = here(address)
    page.locator("[data-facet] > summary").click()
    page.get_by_role("link", name="Non-finite loss: Failing").click()
    expect(page.locator("#q")).to_have_value("verdict.non_finite_loss = fail")
    expect(page.locator(".name a, a.name").filter(has_text="broken")).to_be_visible()
    expect(page.locator(".name a, a.name").filter(has_text="fine")).to_have_count(0)


def test_escape_closes_the_menu_and_goes_back_to_its_button(here, runs):
    page = here("/table/")
    page.locator("[data-facet] > summary").click()
    page.get_by_role("link", name="Not judged yet").focus()
    page.keyboard.press("Escape")
    expect(page.locator("[data-facet] > summary")).to_be_focused()
    expect(page.get_by_role("link", name="Not judged yet")).to_be_hidden()


def test_from_all_runs_to_the_verdict_with_its_points_on_the_curve(here, runs):
    page = here("/health/")
    page.get_by_role("link", name="broken").click()
    card = page.locator("#non_finite_loss")
    expect(card).to_be_in_viewport()
    expect(card.locator(".js-plotly-plot").first).to_be_visible()
    card.get_by_role("link", name="NUM-01").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Non-finite loss")


def test_a_choice_in_the_bar_is_taken_at_once(here, runs):
    page = here("/health/")
    page.get_by_label("Created").select_option("7d")
    page.wait_for_url("**period=7d**")
    expect(page.get_by_role("link", name="broken")).to_be_visible()
