"""From a failing run to a fix that is tried, and to what became of it, by clicking."""

import pytest
from playwright.sync_api import expect

from dashboard.runs.models import Run
from tests.comparison.test_trials import end
from tests.web.given import ran
from tests.web.test_run import failing

pytestmark = pytest.mark.browser


def test_a_fix_is_tried_and_its_outcome_read_on_both_pages(app, here):
    parent = ran("broken")
    failing(parent)
    page = here(f"/runs/{parent.pk}/")
    page.get_by_role("link", name="Try this fix").click()
    field = page.get_by_label("Noise")
    expect(field).to_have_value("0.5")
    field.fill("-1")
    page.get_by_role("button", name="Launch one run").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was launched")
    page.get_by_label("Noise").fill("0.7")
    page.get_by_role("button", name="Launch one run").click()
    expect(page.get_by_role("heading", name="Scale: still trains")).to_be_visible()

    child = Run.objects.get(baseline=parent)
    end(child)
    expect(page.get_by_role("heading", name="Scale: cleared")).to_be_visible()
    page.get_by_role("link", name="Scale", exact=True).click()
    expect(page.locator("#scale .tried")).to_contain_text(f"Tried in run {child.number}: cleared")
