"""The reader's view of the charts: made by hand, drawn by the server, kept in the address."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.given import ran

pytestmark = pytest.mark.browser


@pytest.fixture
def run(app):
    return ran("curve", losses=[100 / step for step in range(1, 3001)])


def plot(page):
    return page.locator(".card .plot").first


def drawn(page, what):
    return plot(page).evaluate(f"plot => ({what})")


def test_smoothing_draws_a_second_line_and_goes_into_the_address(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves")
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(1)
    page.get_by_label("Smoothing").fill("0.6")
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(2)
    expect(page).to_have_url(re.compile("smooth=0.6"))


def test_axis_and_log_scale_are_kept_over_a_reload_and_a_tab(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves")
    page.get_by_role("button", name="Relative").click()
    page.get_by_role("button", name="Log scale").click()
    expect(page).to_have_url(re.compile("x=relative.*log=1"))
    page.reload()
    expect(page.get_by_role("button", name="Relative")).to_have_attribute("aria-pressed", "true")
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(1)
    assert drawn(page, "plot.layout.yaxis.type") == "log"
    page.get_by_role("link", name="Overview").click()
    expect(page).to_have_url(re.compile("tab=overview.*x=relative"))


def drag(page, start, end):
    box = plot(page).locator(".nsewdrag").first.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * start, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, y, steps=5)
    page.mouse.up()


def test_a_drag_asks_for_finer_buckets_and_a_double_click_takes_it_back(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves")
    under = page.locator(".card .under").first
    expect(under).to_contain_text("3,000 points drawn as")
    drag(page, 0.2, 0.4)
    expect(page).to_have_url(re.compile("window="))
    expect(under).to_have_text(re.compile(r"^\d{3} points$"))
    low, high = drawn(page, "plot.layout.xaxis.range")
    assert 400 < low < 800 < high < 1400
    box = plot(page).locator(".nsewdrag").first.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(under).to_contain_text("3,000 points drawn as")
    expect(page).not_to_have_url(re.compile("window="))


def test_a_zoom_in_the_address_is_shown(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves&window=100,200")
    expect(page.locator(".card .under").first).to_have_text("101 points")
    page.get_by_role("button", name="Reset zoom").click()
    expect(page.locator(".card .under").first).to_contain_text("3,000 points")


def test_the_cross_hair_is_in_every_chart(here, app):
    from dashboard.metrics import store
    from dashboard.training.launching import launch
    from tests.conftest import lines, scalars

    two = launch("rehearsal", name="two", seed=0)
    rows = (scalars(s, s, train_loss=s, train_acc=s) for s in range(1, 50))
    store.append(two.pk, 0, lines(*rows))
    page = here(f"/runs/{two.pk}/?tab=curves")
    expect(page.locator(".card .plot .scatterlayer .trace")).to_have_count(2)
    box = plot(page).locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 2)
    expect(page.locator(".card").nth(1).locator(".cross")).to_be_visible()


def test_the_metric_filter_hides_and_takes_half_a_regex(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves")
    expect(page.locator(".card")).to_have_count(1)
    page.get_by_label("Filter metrics").fill("nothing(")
    expect(page.locator(".card")).to_be_hidden()
    page.get_by_label("Filter metrics").fill("lo.s")
    expect(page.locator(".card")).to_be_visible()
    expect(page).to_have_url(re.compile("metric=lo.s"))


def test_a_folded_section_stays_folded(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves")
    page.locator("summary", has_text="train").click()
    expect(page).to_have_url(re.compile("closed=train"))
    page.reload()
    expect(page.locator(".group")).not_to_have_attribute("open", "")


def test_escape_leaves_the_large_view(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves")
    page.get_by_role("button", name="Large view: train/loss").click()
    expect(page.locator(".card.large")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".card.large")).to_have_count(0)


def test_nothing_offers_to_send_a_chart_to_a_cloud(here, run):
    page = here(f"/runs/{run.pk}/?tab=curves")
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(1)
    settings = drawn(page, "plot._context")
    assert settings["showSendToCloud"] is False
    assert settings["plotlyServerURL"] == ""
    assert settings["displaylogo"] is False
    bar = page.evaluate(
        """async () => {
          const div = document.body.appendChild(document.createElement("div"));
          await Plotly.newPlot(div, [{ y: [1, 2] }], {}, { displayModeBar: true });
          const buttons = [...div.querySelectorAll(".modebar-btn")];
          return buttons.map((button) => button.dataset.title ?? button.ariaLabel);
        }"""
    )
    assert bar
    assert not [title for title in bar if re.search("cloud|share|plotly", title or "", re.I)]


def test_eyes_choose_what_is_drawn_and_the_address_keeps_it(here, run):
    ran("second", losses=[5, 4, 3])
    page = here("/")
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(2)
    page.get_by_role("button", name="Draw second").click()
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(1)
    expect(page).to_have_url(re.compile(f"show={run.pk}$"))
    page.reload()
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(1)
    eye = page.get_by_role("button", name="Draw second")
    expect(eye).to_have_attribute("aria-pressed", "false")


def test_ticked_runs_are_compared_the_oldest_as_baseline(here, run):
    second = ran("second", losses=[5, 4, 3])
    page = here("/")
    page.get_by_label("Choose second").check()
    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    page.get_by_label("Choose curve").check()
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(f"runs={run.pk},{second.pk}"))
    expect(page.locator(".side").first).to_contain_text("Baseline")
    expect(plot(page).locator(".scatterlayer .trace")).to_have_count(2)


def test_differences_only_hides_what_is_alike(here, run):
    second = ran("second", losses=[5], config={"noise": 0.7})
    page = here(f"/compare/?runs={run.pk},{second.pk}")
    steps = page.locator("[data-ledger] tr", has_text="step_seconds")
    expect(steps).to_be_hidden()
    page.get_by_label("Differences only").uncheck()
    expect(steps).to_be_visible()
    expect(page).to_have_url(re.compile("diff=0"))


def test_of_many_charts_those_further_down_are_drawn_when_they_are_seen(here, app):
    from dashboard.metrics import store
    from dashboard.training.launching import launch
    from tests.conftest import lines, scalars

    many = launch("rehearsal", name="many", seed=0)
    rows = (scalars(s, s, **{f"train_m{n:02}": s * n for n in range(60)}) for s in range(1, 9))
    store.append(many.pk, 0, lines(*rows))
    page = here(f"/runs/{many.pk}/?tab=curves")
    expect(page.locator(".card")).to_have_count(60)
    expect(page.locator(".card .under").first).to_have_text("8 points")
    last = page.locator(".card").last
    expect(last.locator(".under")).to_have_text("")
    last.scroll_into_view_if_needed()
    expect(last.locator(".under")).to_have_text("8 points")
    expect(last.locator(".scatterlayer .trace")).to_have_count(1)
