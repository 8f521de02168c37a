"""What became of a verdict: never cured by not looking."""

import pytest

from dashboard.comparison.turns import Turn, turn


def state(name, **more):
    return {"state": name, **more}


@pytest.mark.parametrize("bad", ["fail", "warn"])
def test_what_is_seen_and_then_not_is_cured_and_the_other_way_round_caused(bad):
    assert turn(state(bad), state("pass")) == Turn.CURED
    assert turn(state("pass"), state(bad)) == Turn.CAUSED


def test_a_milder_verdict_of_the_same_rule_is_no_cure():
    assert turn(state("fail"), state("warn")) == Turn.UNCHANGED
    assert turn(state("pass"), state("pass")) == Turn.UNCHANGED


@pytest.mark.parametrize("silent", [None, *map(state, ("waiting", "not_applicable", "broken"))])
def test_nothing_is_cured_or_caused_where_the_rule_could_not_judge(silent):
    assert turn(state("fail"), silent) == Turn.NOT_CHECKED
    assert turn(silent, state("fail")) == Turn.NOT_CHECKED
    assert turn(silent, silent) == Turn.NOT_CHECKED


def test_a_remark_counts_as_what_the_rule_saw():
    assert turn(state("pass", held_back="warn"), state("pass")) == Turn.CURED
