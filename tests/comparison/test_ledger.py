"""What differs between configurations, entry by entry."""

from dashboard.comparison.ledger import MISSING, differences, entries


def test_only_what_differs_is_a_difference():
    found = differences([{"lr": 1, "steps": 10}, {"lr": 2, "steps": 10}])
    assert [(entry.name, entry.values) for entry in found] == [("lr", (1, 2))]


def test_an_entry_that_one_side_lacks_differs_from_none():
    [entry] = differences([{"bank": None}, {}])
    assert entry.values == (None, MISSING)
    assert not MISSING


def test_nested_entries_have_dotted_names():
    [entry] = differences(
        [{"git": {"commit": "a", "dirty": True}}, {"git": {"commit": "b", "dirty": True}}]
    )
    assert entry.name == "git.commit"


def test_a_whole_number_is_the_same_as_its_float_but_true_is_not_one():
    assert not differences([{"lr": 1}, {"lr": 1.0}])
    assert differences([{"filter": True}, {"filter": 1}])


def test_two_nans_are_alike():
    nan = float("nan")
    assert not differences([{"loss": nan}, {"loss": nan}])


def test_the_first_side_is_the_baseline_and_its_order_leads():
    first, second, third = {"b": 1, "a": 1}, {"a": 2, "c": 1}, {"b": 1}
    found = entries([first, second, third])
    assert [entry.name for entry in found] == ["b", "a", "c"]
    assert found[1].changed == (False, True, True)


def test_one_side_alone_differs_from_nothing():
    assert differences([{"a": 1}]) == []
