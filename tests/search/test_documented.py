"""docs/search.md tells the truth: every query in it is understood."""

import re

import pytest

from dashboard.places import ROOT
from dashboard.search.finding import Asked, find

TEXT = (ROOT / "docs" / "search.md").read_text()
BLOCK = [line.strip() for line in TEXT.splitlines() if line.startswith("    ")]
CELLS = [
    query
    for line in TEXT.splitlines()
    if line.startswith("| `") and line.count("|") == 4
    for query in re.findall(r"`([^`]+)`", line.split("|")[3])
]


@pytest.mark.django_db
@pytest.mark.parametrize("query", [*BLOCK, *CELLS])
def test_a_documented_query_is_understood(query):
    assert find(Asked(query)).error is None


def test_there_are_examples():
    assert len(BLOCK) >= 5
    assert len(CELLS) >= 12
