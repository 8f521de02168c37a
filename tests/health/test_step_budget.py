"""THR-05: a step against the time that somebody allowed it."""

from typing import Any

from dashboard.health.judging import judge
from dashboard.health.overrides import Overrides
from dashboard.health.rules.step_budget import step_budget
from tests.health.given import context, verdict_of

FIRST = [562.0] + [1.0] * 4  # a first batch that loads and compiles


def said(times, budget=10.0, **curves) -> Any:
    return verdict_of(
        step_budget, context({"time/step": times, **curves}, config={"step_budget": budget})
    )


def test_speaks_of_a_step_that_takes_longer():
    verdict = said([*FIRST, *[12.0] * 20])
    assert verdict["state"] == "warn"
    assert verdict["says"] == "A step takes 12.000 s by its median; 10.000 s are allowed."
    assert verdict["since_step"] == 6


def test_silent_of_a_first_batch_of_562_seconds():
    """The report's 562.64 s were a first batch. Row 37"""
    assert said([*FIRST, *[1.0] * 20])["state"] == "pass"


def test_names_the_longest_part_first():
    times = [*FIRST, *[12.0] * 20]
    parts = {"time/data": [1.0] * 25, "time/features": [8.0] * 25, "time/forward": [2.5] * 25}
    causes = said(times, **parts)["causes"]
    assert causes[0] == "67 % of a step is computing features (time/features)."
    assert causes[1].startswith("21 % of a step is the forward pass")
    assert len(causes) == 2


def test_says_that_nothing_is_timed():
    assert "not timed" in said([*FIRST, *[12.0] * 20])["causes"][0]


def test_waits_for_steps_after_the_first():
    assert said(FIRST)["state"] == "waiting"


def test_not_applicable_without_a_budget():
    assert said([*FIRST, *[12.0] * 20], 0.0)["state"] == "not_applicable"


def test_a_project_may_set_one():
    given = context({"time/step": [*FIRST, *[12.0] * 20]})
    overrides = Overrides(1, {"step_budget": {"budget": 10.0}})
    [verdict] = judge(given, [step_budget], overrides)
    assert verdict["state"] == "warn"


def test_not_applicable_where_no_time_is_logged():
    verdict = verdict_of(step_budget, context({"train/loss": [1.0]}, config={"step_budget": 1.0}))
    assert verdict["state"] == "not_applicable"
