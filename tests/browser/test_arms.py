"""Runs on the compare page drawn as arms: mean, band, difference; the choice is in the address."""

import re

import pytest
from playwright.sync_api import expect

from dashboard.comparison.definition import Definition
from dashboard.comparison.opening import open_study
from dashboard.comparison.plan import Plan, before_and_after
from dashboard.comparison.reading import members
from dashboard.comparison.who import Who
from dashboard.metrics import store
from dashboard.runs.models import Run
from tests.conftest import lines, scalars
from tests.web.given import logged, ran

pytestmark = pytest.mark.browser


@pytest.fixture
def runs(app):
    found = []
    for place in range(4):
        noise, length = (0.5, 0.1)[place % 2], 60 if place else 40
        losses = [9 / step + noise + place / 100 for step in range(1, length + 1)]
        run = ran(f"run-{place}", losses=losses, config={"noise": noise})
        Run.objects.filter(pk=run.pk).update(seed=place // 2)
        found.append(run)
    return found


def compare(here, runs, query=""):
    return here(f"/compare/?runs={','.join(run.pk for run in runs)}{query}")


def names(page):
    plot = page.locator(".card .plot").first
    expect(plot.locator(".scatterlayer .trace").first).to_be_visible()
    return plot.evaluate("plot => plot.data.map((trace) => trace.name)")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_arms_are_drawn_with_their_mean_and_what_it_hides_is_said(here, runs):
    page = compare(here, runs)
    assert names(page) == [run.name for run in runs]
    press(page, "Arms")
    expect(page.locator(".card .under").first).to_contain_text("noise=0.5: n=2 · noise=0.1: n=2")
    expect(page.locator(".card .told").first).to_contain_text("from step 41 on only 1 of 2 runs")
    assert {"noise=0.5 (n=2)", "noise=0.1 (n=2)", "run-0"} <= set(names(page))
    traces = page.locator(".card .plot").first.locator(".scatterlayer .trace")
    expect(traces).to_have_count(9)  # bands, runs, means, one of them dotted at its end
    press(page, "Single runs")
    expect(page).to_have_url(re.compile("draw=arms.*single=0"))
    expect(traces).to_have_count(5)


def test_the_band_wears_the_arms_colour_and_lets_the_grid_through(here, runs):
    page = compare(here, runs, "&draw=arms")
    names(page)
    colour = page.locator(".card .plot").first.evaluate("plot => plot.data[0].fillcolor")
    assert re.fullmatch(r"rgba\(0,114,178,0\.18\)", colour)


def test_the_difference_says_where_the_curves_separate_and_that_it_is_no_test(here, runs):
    page = compare(here, runs, "&draw=difference")
    told = page.locator(".card .told").first
    expect(told).to_contain_text("noise=0.1 − noise=0.5: 2 pairs by seed.")
    expect(told).to_contain_text("no test")
    expect(told).to_contain_text("Not drawn beyond step 40")


def test_a_run_put_into_another_arm_stays_there_in_the_address(here, runs):
    page = compare(here, runs, "&smooth=0.5")
    page.locator("#arms summary").click()
    page.locator("#arms").get_by_label("run-1").select_option("Arm C")
    page.get_by_role("button", name="Group", exact=True).click()
    expect(page).to_have_url(re.compile("arms=0,2,0,1.*#arms"))
    expect(page).to_have_url(re.compile("smooth=0.5"))
    expect(page.locator(".card .under").first).to_contain_text(
        "Arm A: n=2 · Arm B: n=1 · Arm C: n=1"
    )


def test_a_way_to_group_is_taken_when_it_is_chosen(here, runs):
    page = compare(here, runs)
    page.locator("#arms summary").click()
    page.get_by_label("Runs are repetitions").select_option("noise")
    expect(page).to_have_url(re.compile("arms=config.noise"))
    expect(page.get_by_role("button", name="Arms", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_difference_that_may_not_be_drawn_says_why(here, runs):
    page = compare(here, runs[:2], "&arms=0,0&draw=difference")
    expect(page.locator(".card .told").first).to_contain_text("nothing to subtract")
    expect(page.locator(".card .plot").first).to_be_hidden()


def asked_study():
    asked = Definition(title="Less noise", metric="train/loss", direction="lower", smallest=0.1)
    arms = before_and_after({"noise": 0.0})
    study = open_study(asked, Plan(trainer="rehearsal", arms=arms, seeds=2, config={}), Who("lin"))
    return study, [member.run for member in members(study)]


def test_a_studys_page_draws_its_arms_and_takes_new_points_without_reloading(here, app):
    study, runs = asked_study()
    sent = {run: logged(run, [3.0, 2.0]) for run in runs}
    page = here(f"/studies/{study.pk}/")
    expect(page.locator(".study-curves .card .under")).to_contain_text("before: n=2 · after: n=2")
    told = page.locator(".study-curves .card .told")
    expect(told).to_be_hidden()
    store.append(runs[0].pk, sent[runs[0]], lines(scalars(3, train_loss=1.0)))
    expect(told).to_contain_text("before: from step 3 on only 1 of 2 runs")
    press(page, "Difference")
    expect(told).to_contain_text("after − before: 2 pairs by seed")
