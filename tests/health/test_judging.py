"""judge() and what is kept of it: order, isolation, JSON, words."""

import logging

from django.utils import translation

from dashboard.health.judging import judge
from dashboard.health.rule import Context, Finding, Message, Number, State, evidence, rule, say
from dashboard.health.verdict import worst
from dashboard.health.wording import worded
from dashboard.metrics.series import Series


@rule(id="T-1", title="Raises")
def raises(context: Context) -> Finding:
    """It raises."""
    raise ZeroDivisionError("by nothing")


@rule(id="T-2", title="Speaks", version=3)
def speaks(context: Context) -> Finding:
    """It speaks."""
    return Finding(
        state=State.WARN,
        says=say("{name} is {inner}", name="x", inner=say("{n} times {sign}", n=2, sign="{}")),
        looked_at=Message("all"),
        number=Number(float("nan"), "of rows"),
        evidence=(evidence("x", Series.of([1, 2], [1.0, float("-inf")])),),
        patch={"steps": 3},
    )


def test_a_rule_that_raises_is_shown_and_hides_no_other(caplog):
    with caplog.at_level(logging.CRITICAL):
        broken, spoken = judge(Context({}), [raises, speaks])
    assert broken["state"] == "broken"
    assert worded(broken)["says"] == "This rule failed: ZeroDivisionError: by nothing"
    assert (spoken["rule"], spoken["id"], spoken["version"]) == ("speaks", "T-2", 3)


def test_messages_are_formatted_with_what_they_hold():
    [verdict] = judge(Context({}), [speaks])
    assert verdict["says"]["text"] == "{name} is {inner}"
    assert worded(verdict)["says"] == "x is 2 times {}"


def test_numbers_that_are_not_finite_travel_as_strings():
    [verdict] = judge(Context({}), [speaks])
    assert verdict["number"]["value"] == "NaN"
    assert verdict["evidence"][0]["values"] == [1.0, "-Infinity"]


@rule(id="T-3", title="Remarks", weight="remark")
def remarks(context: Context) -> Finding:
    """It speaks, but is not measured yet."""
    return speaks.examine(context)


def test_what_is_not_measured_yet_is_a_remark_that_does_not_count():
    [verdict] = judge(Context({}), [remarks])
    assert (verdict["state"], verdict["held_back"]) == ("pass", "warn")
    assert worded(verdict)["remark"].startswith("A remark that does not count")
    assert verdict["patch"] == {"steps": 3}


def test_what_counts_bears_no_remark():
    [verdict] = judge(Context({}), [speaks])
    assert (verdict["remark"], verdict["held_back"]) == (None, None)


def test_a_faulty_translation_does_not_cost_the_page(monkeypatch):
    monkeypatch.setattr("dashboard.health.wording.gettext", lambda text: "{nonsense}")
    [verdict] = judge(Context({}), [speaks])
    assert worded(verdict)["looked_at"] == "all"


def test_the_worst_state_comes_first():
    states = ["pass", "waiting", "warn", "broken"]
    assert worst([{"state": state} for state in states]) == "broken"
    assert worst([{"state": state} for state in [*states, "fail"]]) == "fail"
    assert worst([]) == "not_applicable"


def test_words_in_another_language_keep_the_figures():
    [verdict] = judge(Context({}), [speaks])
    with translation.override("zh-hans"):
        assert worded(verdict)["number"]["value"] == "NaN"


def test_a_patch_names_only_what_the_configuration_knows_and_has_not():
    context = Context({}, config={"precision": "fp32", "filter_boxes": False})
    assert context.patch(precision="fp32", filter_boxes=True, bank_warmup=6) == {
        "filter_boxes": True
    }
