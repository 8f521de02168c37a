"""Studies by clicking: opened from ticked runs, asked otherwise, given seeds, found in the list."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.comparison.models import Member, Study
from dashboard.runs.models import Run
from tests.web.given import logged, ran

pytestmark = pytest.mark.browser


def tick(page, *names):
    for name in names:
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()


def fill_in(page, smallest="0.1", seeds="0"):
    page.get_by_label("Smallest effect that matters").fill(smallest)
    page.get_by_label("Further seeds of each arm").fill(seeds)


def test_a_study_is_opened_from_ticked_runs_its_question_edited_and_seeds_added(app, here):
    ran("noisy", config={"noise": 0.3}, losses=(3.0, 2.0))
    ran("quiet", losses=(3.0, 1.0))
    page = here("/")
    tick(page, "noisy", "quiet")
    page.locator("#bulk").get_by_role("button", name="Open a study").click()
    expect(page.get_by_label("Title")).to_have_value("quiet against noisy")
    fill_in(page)
    page.get_by_role("button", name="Open the study").dblclick()
    page.wait_for_url(re.compile("/studies/[0-9a-f]{32}/"))
    assert Study.objects.count() == 1

    page.get_by_role("link", name="Edit the question").click()
    expect(page.locator(".note.warning")).to_contain_text("Runs of this study have started")
    expect(page.get_by_label("Values of a mean")).to_be_hidden()
    page.get_by_label("Number of a run").select_option("mean")
    page.get_by_label("Values of a mean").fill("2")
    page.get_by_label("Smallest effect that matters").fill("-1")
    page.get_by_role("button", name="Change the question").click()
    expect(page.locator(".field-smallest.wrong")).to_contain_text("above 0")
    page.get_by_label("Smallest effect that matters").fill("0.5")
    page.get_by_role("button", name="Change the question").click()
    told = page.get_by_role("listitem")
    expect(
        told.filter(has_text="the smallest effect that matters from 0.1 to 0.5.")
    ).to_be_visible()
    expect(told.filter(has_text="from Last value to Mean of the last values.")).to_be_visible()
    expect(page.locator(".answer")).to_contain_text("changed after runs of this study had started")

    page.get_by_label("More seeds of each arm").fill("2")
    page.get_by_role("button", name="Queue them").click()
    expect(page.locator("[data-live=ended]")).to_have_text("2 of 6 runs have ended")
    page.reload()
    assert Member.objects.count() == 6


def test_the_list_keeps_up_and_is_narrowed_by_a_choice(app, here):
    ran("noisy", config={"noise": 0.3}, losses=(3.0, 2.0))
    ran("quiet", losses=(3.0, 1.0))
    page = here("/")
    tick(page, "noisy", "quiet")
    page.locator("#bulk").get_by_role("button", name="Open a study").click()
    fill_in(page, seeds="2")
    page.get_by_role("button", name="Open the study").click()
    page.get_by_role("link", name="Studies").first.click()
    row = page.locator(".studies tbody tr")
    expect(row).to_contain_text("Running")
    page.evaluate("window.same = true")
    values = {"before": (2.1, 1.9), "after": (1.05, 0.92)}
    for number, member in enumerate(Member.objects.filter(run__status="queued")):
        assert member.run
        logged(member.run, [3.0, values[member.arm.name][number // 2]])
        Run.objects.filter(pk=member.run_id).update(status="finished", version=9)
    expect(row).to_contain_text("Improved")
    expect(row).to_contain_text("6 of 6")
    assert page.evaluate("window.same"), "the page was reloaded"
    page.get_by_label("Answer").select_option("worse")
    expect(page.get_by_text("No study is like that.")).to_be_visible()
    assert page.url.endswith("/studies/?answer=worse")
    page.get_by_role("link", name="Show all").click()
    expect(row).to_have_count(1)


def test_what_is_typed_on_the_launch_page_goes_into_both_arms(app, here):
    page = here("/launch/rehearsal/")
    page.locator("[name=config-steps]").fill("77")
    page.get_by_label("Project").fill("mine")
    page.get_by_role("link", name="Study a change instead").click()
    expect(page.locator(".diff")).to_contain_text("+ steps: 77")
    expect(page.get_by_label("Project")).to_have_value("mine")
    page.get_by_label("Title").fill("Less noise")
    page.get_by_label("Change", exact=True).fill("noise=0")
    page.get_by_label("Smallest effect that matters").fill("0.1")
    page.get_by_role("button", name="Open the study").click()
    page.wait_for_url(re.compile("/studies/[0-9a-f]{32}/"))
    assert {run.config["steps"] for run in Run.objects.all()} == {77}
    assert Study.objects.get().project.name == "mine"
