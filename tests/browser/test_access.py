"""Everybody can use the pages: axe finds nothing serious, and nothing sticks out on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now
from playwright.sync_api import expect

from dashboard.health.examination import examine
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from tests.notices.given import channel
from tests.web.given import ran

pytestmark = pytest.mark.browser


@pytest.fixture
def addresses(app):
    one, other = ran("one", losses=[3, "NaN", 1]), ran("other", config={"noise": 0.5})
    channel(name="ops", target="https://example.org/hook")
    Run.objects.filter(pk=one.pk).update(finished_at=now())
    examine(one)  # ended just now, so that its notice rings
    launch("rehearsal", name="waiting", seed=0)
    tabs = [
        f"/runs/{one.pk}/?tab={tab}" for tab in ("overview", "verdicts", "log", "configuration")
    ]
    compare = f"/compare/?runs={one.pk},{other.pk}"
    return [
        "/",
        "/table/",
        "/table/?q=stauts = x",
        *tabs,
        compare,
        "/compare/",
        "/storage/",
        "/trash/",
        "/machines/",
        "/health/",
        "/health/?by=cause",
        "/rules/",
        "/rules/non_finite_loss/",
        "/notices/",
        "/notices/channels/",
        "/launch/",
        "/launch/region_contrastive/",
    ]


@pytest.fixture
def browser_context_args(browser_context_args):
    return {**browser_context_args, "bypass_csp": True}  # axe is a script from outside


@pytest.mark.parametrize(("scheme", "every"), [("light", 1), ("dark", 3)])
def test_axe_finds_nothing_serious(here, addresses, scheme, every, page):
    page.emulate_media(color_scheme=scheme)
    for address in addresses[::every]:
        here(address)
        page.wait_for_timeout(400)
        found = Axe().run(page).response["violations"]
        serious = [one for one in found if one["impact"] in ("serious", "critical")]
        assert not [(one["id"], one["nodes"][0]["html"]) for one in serious], address


def test_nothing_sticks_out_on_a_phone(here, addresses, page):
    page.set_viewport_size({"width": 390, "height": 844})
    for address in addresses:
        here(address)
        page.wait_for_timeout(250)
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), address


def test_the_keyboard_reaches_content_first(here):
    page = here("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
