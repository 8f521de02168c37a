"""From an empty installation to a fix that is proven, and to a report that needs no server."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_first_walk import launch
from tests.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1500)]

MINUTES = 60_000.0
SMALL = {"steps": "30", "evaluate_every": "15", "train_images": "40", "evaluation_images": "16"}
SEEDS = 3


@pytest.fixture
def up(tmp_path):
    made = Installation(tmp_path / "data", slots=1)
    made.data.mkdir()
    try:
        made.start()
        yield made
    finally:
        made.end()


def fail(up: Installation, page: Page) -> str:
    """Launch the trainer as it was before its fixes; the id of the run, which has failed a rule."""
    page.get_by_role("link", name="Launch").first.click()
    page.get_by_role("link", name=re.compile("Box refinement")).click()
    page.get_by_role("radio", name=re.compile("^Before")).check()
    for name, value in SMALL.items():
        page.locator(f"[name=config-{name}]").fill(value)
    run_id = launch(page)
    expect(page.locator(".facts .status")).to_have_text("Finished", timeout=5 * MINUTES)
    return run_id


def open_study(page: Page) -> None:
    """From the verdict on the run's page."""
    verdict = page.locator(".alarm")
    expect(verdict).to_contain_text("Units and format of boxes", timeout=1 * MINUTES)
    verdict.get_by_role("link", name="Try this fix").click()
    expect(page.get_by_label("True boxes in")).to_have_value("same_unit")
    page.get_by_role("button", name="Open a study").click()
    page.get_by_label("Hypothesis").fill("Boxes that meet can be learnt from.")
    page.get_by_label("Smallest effect that matters").fill("0.02")
    expect(page.get_by_label("Seeds of each arm")).to_have_value(str(SEEDS))
    page.get_by_role("button", name="Open the study").click()
    page.wait_for_url(re.compile("/studies/[0-9a-f]{32}/"))


def report(page: Page, path) -> None:
    with page.expect_download() as download:
        page.get_by_role("link", name="Report (HTML)").click()
    download.value.save_as(path)


def test_a_person_proves_a_fix_and_reads_the_report_without_the_server(up, page, tmp_path):
    page.set_default_timeout(30_000)
    page.goto(up.manage("login_link").split()[-1])
    run_id = fail(up, page)
    open_study(page)
    page.evaluate("window.same = true")
    going = page.locator(".going")
    expect(going).to_contain_text(re.compile(r"seed \d+"), timeout=2 * MINUTES)
    expect(page.locator(".answer")).to_contain_text("the answer comes with the last one")
    expect(page.locator(".answer")).to_contain_text("judged when the last run has ended")

    ended = page.locator("[data-live=ended]")
    expect(ended).to_have_text("6 of 6 runs have ended", timeout=15 * MINUTES)
    answer = page.locator(".answer")
    expect(answer.locator(".answer-label")).to_contain_text("Improved")
    expect(answer).to_contain_text("Cleared: the rule saw it in 3 of 3 runs before, and in none")
    expect(going).to_have_count(0)
    assert page.evaluate("window.same"), "the page was reloaded"
    study = up.api(f"studies/{page.url.rstrip('/').rpartition('/')[2]}/")
    assert study["source"] == run_id

    hear(up, page, run_id)
    file = tmp_path / "report.html"
    report(page, file)
    up.stop()
    read_alone(page, file)


def hear(up: Installation, page: Page, run_id: str) -> None:
    """The bell tells the answer, and nothing of the runs that the study queued."""
    newest = page.locator("[data-bell-part=list] [data-headline]").first
    expect(newest).to_have_text(re.compile("^Study “.*”: Improved$"), timeout=1 * MINUTES)
    assert {one["run"] for one in up.api("notices/")["results"]} == {run_id, None}


def read_alone(page: Page, file) -> None:
    """The report with no server: it asks for nothing, and says and draws everything."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    body = page.locator("body")
    expect(page.locator(".label")).to_have_text("Improved")
    expect(body).to_contain_text("Boxes that meet can be learnt from.")
    expect(body).to_contain_text(re.compile(r"eval/iou of after is \+0\.\d+ against before"))
    expect(body).to_contain_text("Cleared: the rule saw it in 3 of 3 runs before")
    curves = page.locator("svg polyline.line")
    expect(curves).to_have_count(2 * SEEDS)
    box = curves.first.bounding_box()
    assert box is not None
    assert box["width"] > 100
    held = json.loads(page.locator("#study").text_content() or "")
    assert held["study"]["metric"] == "eval/iou"
    assert [len(arm["values"]) for arm in held["answer"]["arms"]] == [SEEDS, SEEDS]
