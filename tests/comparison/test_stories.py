"""The record of the source stories: what is published follows from the numbers of its runs."""

import json

import pytest

from dashboard.comparison.benchmark.page import PAGE
from dashboard.comparison.benchmark.stories import RECORD, stories
from dashboard.comparison.decision import Question, decide
from dashboard.comparison.outcome import sample
from tests.comparison.given import side

TOLD = json.loads(RECORD.read_text())
SEEDS = 5


@pytest.mark.parametrize("name", TOLD)
def test_every_arm_has_run_with_every_seed(name):
    for arm in TOLD[name]["study"]["arms"]:
        assert [run["status"] for run in arm["runs"]] == ["finished"] * SEEDS
        assert {run["seed"] for run in arm["runs"]} == set(range(SEEDS))


@pytest.mark.parametrize("name", TOLD)
def test_the_answer_follows_from_the_runs(name):
    study, answer = TOLD[name]["study"], TOLD[name]["answer"]
    [one] = answer["comparisons"]
    arms = {arm["name"]: arm["values"] for arm in answer["arms"]}
    higher = study["direction"] == "higher"
    pairs = sample(side("b", arms["before"]), side("a", arms[one["arm"]]), paired=True)
    found = decide(pairs, Question(study["metric"], higher, study["smallest"]), study["level"])
    assert found.verdict == one["of_numbers"]
    assert found.effect == pytest.approx(one["effect"])
    assert found.interval
    assert found.interval.low == pytest.approx(one["interval"]["low"])


def test_the_three_source_reports_are_told_and_published():
    trainers = {told["study"]["trainer"] for told in TOLD.values()}
    assert trainers == {"region_contrastive", "sdm_alignment", "box_refinement"}
    assert stories() in PAGE.read_text()


def test_a_fix_that_was_taken_apart_tells_each_part():
    for told in TOLD.values():
        parts = {part["name"] for part in told["study"]["parts"]}
        effects = {effect["part"] for effect in told["answer"]["effects"]}
        assert effects == (parts if told["study"]["design"] != "compare" else set())
