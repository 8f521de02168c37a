"""Samples by hand: another step, boxes by kind, a picture in large, all by the keyboard as well."""

from typing import get_args

import pytest
from playwright.sync_api import expect

from dashboard.training.launching import launch
from tests.web.test_samples import arrive, pixels
from trainers.sample_document import Kind
from trainers.samples import Box, Picture, Words

pytestmark = pytest.mark.browser


@pytest.fixture
def arrived(db, tmp_path):
    """Samples at three steps, the newest with boxes of every kind; and how much was sent."""
    run = launch("rehearsal", name="seen", seed=0)
    boxes = tuple(Box((4, 4, 24, 20), kind, kind) for kind in get_args(Kind))
    offset = arrive(run, tmp_path, 10, Words("early"))
    offset = arrive(run, tmp_path, 20, Words("later"), offset=offset)
    cells = (Picture(pixels(), "a cat", boxes), Picture(pixels(5), "a dog", boxes[:1]))
    return run, arrive(run, tmp_path, 30, *cells, offset=offset)


@pytest.fixture
def run(arrived):
    return arrived[0]


def test_steps_are_chosen_without_a_new_page(here, run):
    page = here(f"/runs/{run.pk}/?tab=samples")
    page.evaluate("window.same = true")
    page.get_by_label("Step").first.select_option("10")
    expect(page.locator(".words")).to_have_text("early")
    page.locator("#sample-place").press("ArrowRight")
    expect(page.locator(".words")).to_have_text("later")
    page.get_by_label("beside").select_option("10")
    expect(page.locator(".words")).to_have_text(["later", "early"])
    assert page.evaluate("window.same")
    assert "step=20&versus=10" in page.url


def test_a_paused_page_still_shows_the_step_that_is_asked_for(here, run):
    page = here(f"/runs/{run.pk}/?tab=samples")
    page.get_by_role("button", name="Pause").click()
    page.get_by_label("Step").first.select_option("10")
    expect(page.locator(".words")).to_have_text("early")


def test_boxes_are_shown_by_kind(here, run):
    page = here(f"/runs/{run.pk}/?tab=samples")
    seen = page.locator(".frame .box-true").first
    expect(seen).to_be_visible()
    page.get_by_role("checkbox", name="true").press("Space")
    expect(seen).to_be_hidden()
    page.reload()
    expect(page.get_by_role("checkbox", name="true")).not_to_be_checked()
    expect(page.locator(".frame .box-predicted").first).to_be_visible()


def test_a_picture_opens_large_and_the_next_one_by_a_key(here, run):
    page = here(f"/runs/{run.pk}/?tab=samples")
    page.get_by_role("link", name="Enlarge: a cat").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("a cat")
    page.keyboard.press("ArrowRight")
    expect(dialog).to_contain_text("a dog")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_new_sample_appears_by_itself(here, arrived, tmp_path):
    run, offset = arrived
    page = here(f"/runs/{run.pk}/?tab=samples")
    expect(page.locator(".frame")).to_have_count(2)
    arrive(run, tmp_path, 40, Words("newest"), offset=offset)
    expect(page.locator(".words")).to_have_text("newest")
