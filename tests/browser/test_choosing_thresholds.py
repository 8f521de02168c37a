"""Choosing thresholds as a person does: tried on past runs, used, and a verdict called wrong."""

import pytest
from playwright.sync_api import expect

from tests.health.test_backtest import silent

pytestmark = pytest.mark.browser


def test_from_a_typed_threshold_to_its_use(here, app):
    run = silent(3)
    page = here(f"/thresholds/?project={run.project_id}&rule=hidden_failure")
    page.locator("[name='hidden_failure.streak']").fill("3")
    page.get_by_role("button", name="Try on past runs first").click()
    expect(page.locator("#go-on")).to_contain_text("All 1 runs are through")  # by itself
    expect(page.locator("#flips")).to_contain_text("1 verdict flips")
    page.locator("[name=note]").fill("it finds one")
    page.get_by_role("button", name="Use these thresholds").click()
    expect(page.locator(".history")).to_contain_text("it finds one")
    field = page.locator("[name='hidden_failure.streak']")
    expect(field).to_have_value("3")
    page.get_by_role("button", name="Back to its own").click()
    expect(field).to_have_value("")
    expect(field).to_be_focused()


def test_a_verdict_is_marked_where_it_is_read(here, app):
    run = silent(6)
    page = here(f"/runs/{run.pk}/?tab=verdicts")
    verdict = page.locator("#hidden_failure")
    verdict.locator("summary").click()
    verdict.get_by_role("textbox").fill("meant to be 0")
    verdict.get_by_role("button", name="Wrong").click()
    expect(verdict).to_contain_text("meant to be 0")
    expect(verdict.locator(".label-wrong")).to_have_text("Wrong")
