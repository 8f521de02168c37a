"""docs/checks.md: every check of the source reports has a rule, a curve and a test that exist."""

import inspect
import re
from pathlib import Path

import pytest

from dashboard.health.rules import RULES
from dashboard.places import ROOT
from trainers.catalog import TRAINERS

PAGE = (ROOT / "docs" / "checks.md").read_text()
TESTS = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|") and "`" in line
]
BY_NAME = {rule.name: rule for rule in RULES}


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:40])
def test_every_row_names_rules_curves_and_tests_that_are_there(row):
    _check, right, rules, curves, proofs = row
    assert right
    assert quoted(rules)
    assert set(quoted(rules)) <= set(BY_NAME)
    declared = {metric.name for trainer in TRAINERS.values() for metric in trainer.metrics}
    assert quoted(curves)
    assert set(quoted(curves)) <= declared
    assert quoted(proofs)
    for proof in quoted(proofs):
        file, _, function = proof.partition("::")
        text = (TESTS / file).read_text()
        assert not function or f"def {function}(" in text, proof


def test_every_rule_is_named_or_is_about_no_report():
    named = {name for row in ROWS for name in quoted(row[2])}
    others = {"overfitting", "stall", "memory_growth", "memory_limit", "made_of", "input_range"}
    more = {"loss_not_converging", "pairs_mismatched", "score_not_rising"}
    assert named | others | more == set(BY_NAME)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_no_rule_offers_to_delete_anything(rule):
    """The report deleted its old checkpoints, and with them what it could be compared with."""
    source = inspect.getsource(inspect.getmodule(rule.examine) or rule.examine)
    offers = re.findall(r"remedy=.*?\),\n", source, re.DOTALL)
    assert not [offer for offer in offers if "delet" in offer.lower()]
