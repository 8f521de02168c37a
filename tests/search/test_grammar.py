"""A query's text and its tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.search.errors import Misread
from dashboard.search.fields import Field, read_field, split_fields
from dashboard.search.grammar import parse
from tests.search.queries import ANY, FIELDS


@given(ANY)
def test_what_is_printed_reads_back_as_the_same(tree):
    assert parse(str(tree)) == tree


@given(st.one_of(st.text(), st.text("ab.=<>!~()'\"\\ andorint,-1")))
@settings(max_examples=300)
def test_any_text_is_read_or_refused_with_a_place(text):
    try:
        tree = parse(text)
    except Misread as error:
        start, end = error.hint.span
        assert 0 <= start <= end <= len(text) + 1
    else:
        assert tree is None or parse(str(tree)) == tree


@given(FIELDS)
def test_a_field_reads_back_from_its_spelling(field):
    assert read_field(str(field)) == field


@given(st.lists(FIELDS, unique=True))
def test_columns_read_back_from_an_address(fields):
    assert split_fields(",".join(map(str, fields))) == fields


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("created", Field("", "created")),
        ("Tags", Field("", "tag")),
        ("params.a.b", Field("params", "a.b")),
        ("metrics.eval/map", Field("metrics", "eval/map", "last")),
        ("metrics.eval/map.max", Field("metrics", "eval/map", "max")),
        ('metrics."odd name".min', Field("metrics", "odd name", "min")),
        ('metrics."a.max"', Field("metrics", "a.max", "last")),
        ("metrics.max", Field("metrics", "max", "last")),
        ("verdict.collapse", Field("verdict", "collapse")),
    ],
)
def test_how_fields_are_spelled(text, field):
    assert read_field(text) == field


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("", "None"),
        ("alpha beta", "alpha and beta"),
        ("a or b c", "a or b and c"),
        ("(a or b) c", "(a or b) and c"),
        ("NOT not a", "a"),
        ("x=1 and (y=2 and z=3)", "x = 1 and y = 2 and z = 3"),
        ("params.x NOT IN (1,2)", "params.x not in (1, 2)"),
        ("参数 and （甲 or 乙）", "参数 and (甲 or 乙)"),
        ("android or island", "android or island"),
        ("it's", None),
    ],
)
def test_how_queries_are_read(text, printed):
    if printed is None:
        with pytest.raises(Misread):
            parse(text)
    else:
        assert str(parse(text)) == printed


def test_the_caret_stands_under_the_place():
    with pytest.raises(Misread) as error:
        parse("params.x in 3")
    assert error.value.hint.caret == "            ^"


def test_too_long_and_too_many_are_refused():
    for text in ("a" * 4001, " ".join("a" * 101)):
        with pytest.raises(Misread):
            parse(text)
