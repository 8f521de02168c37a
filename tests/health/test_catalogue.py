"""docs/rules.md says what the rules say."""

from dashboard.health.catalogue import PAGE, page
from dashboard.health.rules import RULES


def test_the_page_is_not_stale():
    assert PAGE.read_text() == page(), "run: python manage.py rules"


def test_every_rule_is_on_it():
    text = page()
    assert all(f"`{rule.name}` · {rule.id}" in text for rule in RULES)
