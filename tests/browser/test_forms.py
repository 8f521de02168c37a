"""Forms by hand: presets fill, changes are marked, errors keep what was typed, stop asks once."""

import pytest
from playwright.sync_api import expect

from dashboard.runs.models import Run
from dashboard.training.launching import launch
from tests.web.given import ran

pytestmark = pytest.mark.browser


def test_a_preset_fills_the_form_and_a_change_is_marked(here):
    page = here("/launch/rehearsal/")
    page.get_by_label("NaN", exact=False).first.check()
    broken = page.locator("[name=config-nan_at]")
    expect(broken).to_have_value("100")
    broken.fill("50")
    field = page.locator(".field.changed")
    expect(field).to_contain_text("was 100")
    broken.fill("100")
    expect(field).to_have_count(0)


def test_an_error_keeps_everything_that_was_typed(here):
    page = here("/launch/rehearsal/")
    page.locator("[name=config-steps]").fill("lots")
    page.get_by_label("Note").fill("a long thought")
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was launched")
    expect(page.locator("[name=config-steps]")).to_have_value("lots")
    expect(page.locator("[name=config-steps]")).to_be_focused()
    expect(page.get_by_label("Note")).to_have_value("a long thought")
    page.locator("[name=config-steps]").fill("5")
    page.get_by_role("button", name="Launch").click()
    expect(page.locator(".facts .status")).to_have_text("Queued")


def test_stopping_asks_once(here):
    run = launch("rehearsal", name="one", seed=0)
    page = here(f"/runs/{run.pk}/")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Keep running").click()
    assert Run.objects.get(pk=run.pk).status == "queued"
    page.locator("[data-do=stop]").click()
    page.locator("#confirm-stop [data-yes]").click()
    expect(page.locator(".facts .status")).to_have_text("Stopped")


def test_ticked_runs_are_archived(here):
    ran("gone")
    page = here("/")
    page.get_by_label("Choose gone").check()
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_text("1 run archived.")).to_be_visible()
    expect(page.locator(".row")).to_have_count(0)


def test_the_language_is_one_click(here):
    page = here("/launch/")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page).to_have_url(page.url)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Launch a run")).to_be_visible()


def test_a_change_stays_when_another_preset_is_chosen_and_can_be_put_back(here):
    page = here("/launch/rehearsal/")
    page.locator("[name=config-steps]").fill("77")
    page.get_by_label("NaN", exact=False).first.check()
    expect(page.locator("[name=config-steps]")).to_have_value("77")
    expect(page.locator("[name=config-nan_at]")).to_have_value("100")
    page.locator("#field-steps .was").click()
    expect(page.locator(".field.changed")).to_have_count(0)
    expect(page.locator("[name=config-steps]")).not_to_have_value("77")


def test_a_fix_is_applied_to_the_form_and_keeps_what_was_typed(here):
    page = here("/launch/box_refinement/?preset=before")
    page.locator("[name=config-steps]").fill("77")
    page.locator("details.fixes > summary").click()
    fix = page.locator("[data-name=clip]")
    expect(fix).to_contain_text("unscale_before_clip")
    fix.get_by_role("link", name="Apply to the form").click()
    expect(page.locator("[name=config-unscale_before_clip]")).to_be_checked()
    expect(fix).to_contain_text("The form has this already.")
    expect(page.locator("[name=config-steps]")).to_have_value("77")
    expect(page.locator("#field-unscale_before_clip .was")).to_have_text("was false")
