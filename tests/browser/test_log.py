"""The log tab: a long log is read, followed, searched and coloured without a reload."""

import pytest
from playwright.sync_api import expect

from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.training.launching import launch

pytestmark = pytest.mark.browser
LINES = 100_000


@pytest.fixture
def printed(app):
    run = launch("rehearsal", name="talks", seed=0)
    Run.objects.filter(pk=run.pk).update(status="running")
    body = b"".join(b"step %d\n" % number for number in range(LINES - 2))
    body += b"\x1b[31mneedle\x1b[0m in the hay\n\r10%\r90%\n"
    store.append_log(run.pk, 0, body)
    return run, len(body)


def test_a_long_log_is_followed_searched_and_read_from_any_place(here, printed):
    run, size = printed
    page = here(f"/runs/{run.pk}/?tab=log")
    console, follow = page.locator("[data-console]"), page.get_by_label("Follow")
    expect(console).to_contain_text("90%")
    expect(console).not_to_contain_text("10%")
    assert page.locator(".console .line").count() < 200  # of a hundred thousand
    store.append_log(run.pk, size, b"a new line\n")
    expect(console).to_contain_text("a new line")
    expect(console.locator(".f1")).to_have_text("needle")

    console.evaluate("box => { box.scrollTop = 0 }")
    expect(console).to_contain_text("step 0")
    expect(follow).not_to_be_checked()
    store.append_log(run.pk, size + 11, b"another\n")
    page.wait_for_timeout(1500)
    expect(console).to_contain_text("step 0")  # who reads is not carried away

    page.get_by_label("Search the log").fill("STEP 4999")
    expect(page.locator("[data-found]")).to_have_text("1 of 11 lines")
    expect(console.locator(".current mark")).to_have_text("step 4999")
    page.get_by_label("Search the log").press("Enter")
    expect(console.locator(".current")).to_have_attribute("data-number", "49991")
    page.get_by_label("Previous hit").click()
    expect(page.locator("[data-found]")).to_have_text("1 of 11 lines")

    page.get_by_label("Wrap lines").check()
    follow.check()
    expect(console).to_contain_text("another")
