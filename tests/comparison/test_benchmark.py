"""The benchmark of studies: it runs, its page tells what came out, and a breach is not hidden."""

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from dashboard.comparison.answer import answer
from dashboard.comparison.benchmark import draws, measures, tables
from dashboard.comparison.benchmark.measures import Rate
from dashboard.comparison.benchmark.page import PAGE, breaches, page
from dashboard.comparison.benchmark.tables import Table
from dashboard.comparison.decision import Design, Question
from tests.comparison.given import side

RNG = np.random.default_rng(3)


def test_equal_arms_are_seldom_called_different():
    for paired in (True, False):
        arms = draws.studies(RNG, "normal", 600, 3, paired=paired)
        assert measures.decided(measures.verdicts(*arms, paired=paired)).interval[0] < 0.05


def test_a_second_and_third_look_keep_the_promise():
    arms = draws.studies(RNG, "normal", 600, 12, paired=True)
    assert measures.looked_again(*arms, (3, 6, 12), paired=True).interval[0] < 0.05


def test_whole_answers_say_what_their_numbers_decide():
    question = Question("m", higher=True)
    for one, other in zip(*draws.studies(RNG, "normal", 50, 4, paired=True), strict=True):
        whole = answer(side("before", one), side("after", other), question, Design(paired=True))
        [alone] = measures.verdicts(one[None], other[None], paired=True)
        assert whole.verdict == alone.verdict
        assert whole.decision == alone


def test_runs_of_one_seed_go_together():
    one, other = draws.studies(np.random.default_rng(1), "normal", 2000, 1, paired=True)
    assert np.corrcoef(one[:, 0], other[:, 0])[0, 1] == pytest.approx(0.78, abs=0.04)


def test_neighbouring_points_of_a_curve_go_together():
    found = draws.curves(np.random.default_rng(1), (200,), 50)
    apart = np.corrcoef(found[:, 20:-1].ravel(), found[:, 21:].ravel())[0, 1]
    assert apart == pytest.approx(draws.REMEMBERED, abs=0.03)


def test_recorded_runs_are_dealt_out_without_a_seed_in_both_arms():
    one, other = draws.resampled(RNG, np.arange(40.0), 20, 10)
    assert all(not set(a) & set(b) for a, b in zip(one, other, strict=True))


def test_runs_were_really_recorded():
    found = draws.recorded()
    assert len(found) >= 9
    assert all(len(values) == 40 and np.isfinite(values).all() for values in found.values())


def test_the_command_writes_every_table(tmp_path, capsys):
    out = tmp_path / "studies.md"
    call_command("benchmark_studies", "--studies", "20", "--out", str(out))
    text = out.read_text()
    assert text.count("\n## ") == len(tables.tables(20)) + 1  # and the source stories
    assert "nan" not in text
    assert "wrote" in capsys.readouterr().out


def test_the_same_studies_are_drawn_each_time():
    assert tables.tables(20) == tables.tables(20)


def test_too_few_studies_are_refused():
    with pytest.raises(CommandError, match="at least 20"):
        call_command("benchmark_studies", "--studies", "1")


def test_a_rate_above_the_promise_is_bold_and_told():
    broken = Table("T", "says", ("way", "rate"), [("equal arms", Rate(100, 1000))], limit=0.05)
    assert "**10.0 % (8.2–12.0)**" in page([broken], 1000)
    assert breaches([broken]) == ["T: equal arms, rate: 10.0 % (8.2–12.0)"]


def test_a_rate_that_may_be_below_the_promise_is_not_bold():
    fine = Table("T", "says", ("way", "rate"), [("equal arms", Rate(55, 1000))], limit=0.05)
    assert breaches([fine]) == []


def test_what_is_published_breaks_no_promise():
    assert "4,000 simulated studies" in PAGE.read_text()
    assert "| **" not in PAGE.read_text()
