"""What the search box offers."""

import pytest

from dashboard.search.completion import complete
from tests.search.given import made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def run():
    return made(
        "one",
        params={"learning_rate": 1, "optimizer": "adam"},
        metrics={"eval/map": [1], "odd name": [1]},
        tags=["night", "two words"],
        host="gpu-1",
    )


def offers(query, at=None):
    return [offer.text for offer in complete(query, len(query) if at is None else at).offers]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("sta", "status"),
        ("learn", "params.learning_rate"),
        ("params.", "params.learning_rate"),
        ("map", "metrics.eval/map"),
        ("metrics.eval/map.m", "metrics.eval/map.max"),
        ('metrics."odd', 'metrics."odd name"'),
        ("memory", "verdict.memory_bank"),
        ("status ", "="),
        ("params.learning_rate i", "in ("),
        ("status = ru", "running"),
        ("health=", "fail"),
        ("verdict.memory_bank = w", "warn"),
        ("params.optimizer = ", "adam"),
        ("tag in (night, ", "night"),
        ("tag = two", '"two words"'),
        ("tag not in (n", "night"),
        ("host = ", "gpu-1"),
        ("trainer ~ re", "rehearsal"),
        ("created > ", "-1h"),
        ("status = running and sta", "status"),
        ("(sta", "status"),
    ],
)
def test_what_is_offered_first(query, first):
    assert offers(query)[0] == first


def test_an_empty_box_offers_fields():
    assert offers("")[:3] == ["name", "note", "tag"]


def test_the_offer_takes_the_place_of_what_was_typed():
    found = complete("status = run and x", 12)
    assert (found.start, found.end) == (9, 12)
    assert [offer.text for offer in found.offers] == ["running"]


@pytest.mark.parametrize("query", ['"', "((((", "= =", "params.", 'x."', "in (", "not in ("])
def test_nothing_typed_is_too_odd(query):
    for at in range(len(query) + 1):
        complete(query, at)
