"""The table of runs by hand: search, ticks that stay, columns moved by keys."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.runs.models import Run
from tests.search.given import made

pytestmark = pytest.mark.browser


@pytest.fixture
def runs(app):
    return [
        made(f"run {number}", params={"lr": number}, metrics={"train/loss": [number]})
        for number in range(3)
    ]


def row(page, name):
    return page.locator("tr", has_text=name)


def test_slash_goes_to_the_search_and_offers_are_taken_with_the_keyboard(here, runs):
    page = here("/table/")
    page.keyboard.press("/")
    expect(page.get_by_label("Search runs")).to_be_focused()
    page.keyboard.type("lr")
    expect(page.get_by_role("option", name=re.compile("params.lr"))).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("> 1")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=params\.lr"))
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(row(page, "run 2")).to_be_visible()


def test_a_wrong_search_is_marked_and_mended_by_a_click(here, runs):
    page = here("/table/?q=stauts = queued")
    expect(page.locator(".fault mark")).to_have_text("stauts")
    page.get_by_role("link", name="status").click()
    expect(page.locator("tbody tr")).to_have_count(3)


def test_ticks_survive_a_fresh_row_and_another_page(here, runs):
    page = here("/table/")
    row(page, "run 0").get_by_role("checkbox").check()
    Run.objects.filter(pk=runs[0].pk).update(name="renamed", version=9)
    made("run 3")
    expect(row(page, "renamed")).to_be_visible(timeout=20_000)
    expect(row(page, "renamed").get_by_role("checkbox")).to_be_checked()
    expect(row(page, "run 3").get_by_role("checkbox")).not_to_be_checked()
    page.goto(page.url + "?q=params.lr = 2")
    expect(page.locator("[data-ticked]")).to_have_text("1")
    row(page, "run 2").get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile(f"/compare/\\?runs={runs[0].pk},{runs[2].pk}"))


def test_archiving_asks_first_and_takes_the_ticked(here, runs):
    Run.objects.update(status="finished")
    page = here("/table/")
    row(page, "run 1").get_by_role("checkbox").check()
    page.get_by_role("button", name="Archive", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    assert Run.objects.filter(archived_at__isnull=False).get() == runs[1]


def test_tags_are_changed_for_the_ticked(here, runs):
    page = here("/table/")
    page.get_by_label("Choose all of this page").check()
    page.get_by_role("button", name="Tags", exact=True).click()
    page.get_by_label("Add").fill("night")
    page.get_by_role("button", name="Change tags").click()
    expect(page.locator(".tag", has_text="night")).to_have_count(3)


def test_columns_are_chosen_and_moved_by_the_keyboard(here, runs):
    page = here("/table/?columns=status,params.lr")
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Find a column").fill("seed")
    page.get_by_label("Seed").check()
    page.locator("li", has_text="lr").get_by_label("Move up").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile("columns=params.lr,status,seed"))
    expect(page.locator("thead th")).to_have_text(["", re.compile("Name"), "lr", "Status", "Seed"])


def test_a_head_sorts_and_the_arrow_keys_walk(here, runs):
    page = here("/table/?columns=metrics.train/loss")
    page.get_by_role("link", name="train/loss").click()
    expect(page.locator("tbody tr").first).to_contain_text("run 2")
    expect(page.locator("thead [aria-sort=descending]")).to_have_count(1)
    page.get_by_role("link", name="run 2").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="run 1")).to_be_focused()
