"""The groups in which rules are listed, and the worst that each may say."""

from dashboard.health.groups import GROUPS, group, grouped, severity
from dashboard.health.rule import State
from dashboard.health.rules import RULES


def test_every_rule_stands_in_one_group():
    listed = [rule.name for _title, rules in grouped() for rule in rules]
    assert sorted(listed) == sorted(rule.name for rule in RULES)
    assert all(group(rule) in GROUPS for rule in RULES)


def test_every_rule_that_counts_can_say_something_bad():
    counting = [rule for rule in RULES if rule.weight == "counts"]
    assert not [rule.name for rule in counting if severity(rule) is None]


def test_the_severity_is_the_worst_state_that_the_rule_gives():
    by_name = {rule.name: severity(rule) for rule in RULES}
    assert by_name["non_finite_loss"] == State.FAIL
    assert by_name["loss_not_converging"] == State.WARN
