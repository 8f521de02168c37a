"""Targets as people write them."""

import pytest

from trainers.catalog import TRAINERS
from trainers.config import ConfigError, complete
from trainers.targets import Target, nearest, parse, written


def test_reads_several_by_line_or_semicolon():
    found = parse("train/loss < 1.0 at 50; eval/map >= 0.3 at 100\n train/loss<0.7 at 200;")
    assert found == (
        Target("train/loss", 50, 1.0),
        Target("eval/map", 100, 0.3, above=True),
        Target("train/loss", 200, 0.7),
    )


def test_nothing_is_no_target():
    assert parse("") == ()


@pytest.mark.parametrize(
    "text", ["loss", "loss < 1", "loss = 1 at 5", "loss < inf at 5", "loss < x at 5", "< 1 at 5"]
)
def test_anything_else_is_told_with_how_to_write_it(text):
    with pytest.raises(ValueError, match="write a target as"):
        parse(text)


def test_a_configuration_with_such_a_text_is_refused():
    with pytest.raises(ConfigError, match="write a target as"):
        complete(TRAINERS["sdm_alignment"], "", {"targets": "loss below 1"})


def test_met_on_its_own_side():
    assert Target("a", 1, 0.5).met(0.4)
    assert not Target("a", 1, 0.5).met(0.6)
    assert Target("a", 1, 0.5, above=True).met(0.6)


@pytest.mark.parametrize(
    "text", ["train/loss < 1.0 at 50", "eval/map > 0.3 at 100", "a < 1e-05 at 1", "a > -3.0 at 0"]
)
def test_what_is_written_is_read_the_same(text):
    [target] = parse(text)
    assert written(target) == text


def test_of_each_metric_the_first_source_that_names_it_holds():
    mine, theirs = Target("a", 5, 1.0), Target("a", 9, 2.0)
    other = Target("b", 9, 2.0)
    assert nearest([mine], [theirs, other], [other]) == (mine, other)
    assert nearest([], [theirs, mine]) == (theirs, mine)
