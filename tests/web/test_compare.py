"""Runs side by side: what differs, which is better, what was said of each."""

import pytest

from dashboard.comparison.turns import Turn
from dashboard.metrics import store
from dashboard.runs.models import Run
from dashboard.web.compared_metrics import best
from tests.conftest import lines, scalars
from tests.web.given import queries, ran


def address(*runs):
    return f"/compare/?runs={','.join(run.pk for run in runs)}"


def test_two_runs_stand_side_by_side_the_first_as_baseline(page_client):
    one, other = ran("one"), ran("other", config={"noise": 0.7})
    answer = page_client.get(address(one, other))
    assert [run.name for run in answer.context["runs"]] == ["one", "other"]
    config = answer.context["sections"][0]
    assert [entry.name for entry in config.entries if entry.differs] == ["noise"]
    assert "Baseline" in answer.content.decode()


def test_differences_only_is_the_default_and_the_address_can_say_otherwise(page_client):
    runs = ran("one"), ran("other")
    assert "only-differences" in page_client.get(address(*runs)).content.decode()
    assert "only-differences" not in page_client.get(address(*runs) + "&diff=0").content.decode()


def test_the_better_value_is_marked_by_the_metrics_direction(page_client):
    worse, better = ran("worse", losses=[3, 2]), ran("better", losses=[3, 1])
    [shown] = page_client.get(address(worse, better)).context["metrics"]
    assert [cell["best"] for cell in shown["cells"]] == [[], ["last", "min", "mean"]]


def test_no_value_is_best_where_there_is_no_direction_or_no_difference():
    assert best([1, 2], "none") == set()
    assert best([1, 2], "lower") == {0}
    assert best([1, 2], "higher") == {1}
    assert best([1, 1], "higher") == set()
    assert best([None, float("nan"), 3, 2], "lower") == {3}
    assert best([None, float("nan"), float("inf")], "lower") == set()


def test_no_tie_is_broken_by_the_order_of_the_runs():
    assert best([1, 2, 1], "lower") == {0, 2}


def test_the_mean_is_of_the_newest_points_alone(page_client):
    runs = ran("one", losses=[9, 3, 1]), ran("other", losses=[9])
    [shown] = page_client.get(address(*runs) + "&k=2").context["metrics"]
    assert [(cell["numbers"].mean, cell["numbers"].of) for cell in shown["cells"]] == [
        (2, 2),
        (9, 1),
    ]


def test_a_mean_with_a_nan_in_it_is_no_number_and_never_the_best(page_client):
    runs = ran("sick", losses=[3, "NaN", 1]), ran("well", losses=[3, 2])
    [shown] = page_client.get(address(*runs)).context["metrics"]
    assert shown["cells"][0]["numbers"].mean != shown["cells"][0]["numbers"].mean
    assert "mean" not in shown["cells"][0]["best"]


@pytest.mark.parametrize("k", ["0", "-3", "many", "1001"])
def test_a_count_of_points_that_cannot_be_is_named_and_not_taken(page_client, k):
    answer = page_client.get(address(ran("one"), ran("other")) + f"&k={k}")
    assert answer.context["newest"] == 20
    assert b"A whole number from 1 to 1000" in answer.content


def test_runs_stand_in_the_order_of_a_metric_those_without_a_number_last(page_client):
    runs = ran("nan", losses=[1, "NaN"]), ran("worse", losses=[2]), ran("better", losses=[1])
    shown = page_client.get(address(*runs) + "&by=train/loss&column=last").context
    assert [run.name for run in shown["metric_runs"]] == ["better", "worse", "nan"]
    as_chosen = page_client.get(address(*runs) + "&by=nothing").context["metric_runs"]
    assert [run.name for run in as_chosen] == ["nan", "worse", "better"]


def test_of_losses_among_other_numbers_of_candidates_none_is_the_best(page_client):
    runs = ran("many", losses=[3, 2]), ran("few", losses=[2, 1])
    for run, size in zip(runs, (128, 4), strict=True):
        told = {"trainer": "region_contrastive", "config": {"bank_size": size}}
        Run.objects.filter(pk=run.pk).update(**told)
    answer = page_client.get(address(*runs))
    [shown] = answer.context["metrics"]
    assert [cell["best"] for cell in shown["cells"]] == [[], []]
    assert "bank_size 128 → 4" in shown["row"].redefined
    assert "its numbers are not compared" in answer.content.decode()


def test_runs_without_a_common_metric_are_said_to_have_none(page_client):
    one, other = ran("one", losses=[1]), ran("other", losses=[])
    store.append(other.pk, 0, lines(scalars(1, test_thing=1.0)))
    assert b"No two of these runs share a metric" in page_client.get(address(one, other)).content


def test_metrics_that_are_nan_throughout_stand_as_nan(page_client):
    runs = ran("one", losses=["NaN"]), ran("other", losses=["NaN", "NaN"])
    [shown] = page_client.get(address(*runs)).context["metrics"]
    assert [cell["best"] for cell in shown["cells"]] == [[], []]
    assert shown["cells"][0]["numbers"].min is None


def test_what_became_of_each_verdict_is_said_against_the_baseline(page_client):
    sick, well = ran("sick", losses=[1, "NaN"]), ran("well")
    row = page_client.get(address(sick, well)).context["verdicts"][0]
    assert [cell.verdict["state"] for cell in row.cells] == ["fail", "pass"]
    assert [cell.turn for cell in row.cells] == [None, Turn.CURED]
    row = page_client.get(address(well, sick)).context["verdicts"][0]
    assert [cell.turn for cell in row.cells] == [None, Turn.CAUSED]


def test_code_machine_and_packages_are_compared_hashes_short(page_client):
    runs = ran("one"), ran("other")
    for run, commit in zip(runs, ("a" * 40, "b" * 40), strict=True):
        told = {"git": {"commit": commit, "diff_sha256": ""}, "packages": {"numpy": "2.0"}}
        Run.objects.filter(pk=run.pk).update(snapshot=told)
    shown = {
        entry.name: (entry.values, entry.differs)
        for section in page_client.get(address(*runs)).context["sections"]
        for entry in section.entries
    }
    assert shown["commit"] == (("a" * 12, "b" * 12), True)
    assert shown["diff_sha256"][0] == ("no uncommitted changes",) * 2
    assert shown["numpy"] == (("2.0", "2.0"), False)


def test_new_files_are_no_clean_work_tree(page_client):
    runs = ran("one"), ran("other")
    for run, dirty in zip(runs, (False, True), strict=True):
        told = {"git": {"commit": "a", "dirty": dirty, "diff_sha256": ""}}
        Run.objects.filter(pk=run.pk).update(snapshot=told)
    sections = page_client.get(address(*runs)).context["sections"]
    [edits] = [e for section in sections for e in section.entries if e.name == "diff_sha256"]
    assert edits.values == ("no uncommitted changes", "new files, not committed")


def test_runs_without_points_or_verdicts_can_be_compared(page_client, run):
    assert page_client.get(address(run, ran("other"))).status_code == 200


def test_fewer_than_two_runs_are_asked_for_more(page_client):
    assert b"two or more" in page_client.get("/compare/").content
    assert b"choose a second run" in page_client.get(address(ran("one"))).content


def test_too_many_runs_are_refused(page_client, run, monkeypatch):
    monkeypatch.setattr("dashboard.web.pages.compare.MOST", 2)
    assert b"At most 2" in page_client.get(address(ran("a"), ran("b"), ran("c"))).content


def test_unknown_runs_are_named_and_the_same_run_twice_is_one(page_client, run):
    answer = page_client.get("/compare/?runs=a,b")
    assert answer.status_code == 404
    assert b"There are no runs a, b" in answer.content
    assert b"choose a second run" in page_client.get(address(run, run)).content


def test_a_deleted_run_does_not_hide_those_that_are_left(page_client):
    answer = page_client.get(address(ran("one"), ran("other")) + ",gone")
    assert answer.status_code == 200
    assert b"There is no run gone" in answer.content
    assert [run.name for run in answer.context["runs"]] == ["one", "other"]


def test_the_work_does_not_grow_with_the_runs(page_client):
    runs = [ran(f"run {number}") for number in range(6)]
    assert queries(page_client, address(*runs[:2])) == queries(page_client, address(*runs))


def test_nothing_new_is_304(page_client):
    runs = ran("one"), ran("other")
    tag = page_client.get(address(*runs))["ETag"]
    assert page_client.get(address(*runs), headers={"If-None-Match": tag}).status_code == 304


def test_runs_are_grouped_by_their_configuration_unless_told_otherwise(page_client):
    runs = ran("a", config={"noise": 0.5}), ran("b", config={"noise": 0.5}), ran("c")
    shown = page_client.get(address(*runs)).context
    assert [(one["arm"].name, len(one["arm"].runs)) for one in shown["arms"]] == [
        ("noise=0.5", 2),
        ("noise=0.1", 1),
    ]
    by_hand = page_client.get(address(*runs) + "&arms=1,0,-").context
    assert [[run.name for run in one["arm"].runs] for one in by_hand["arms"]] == [["b"], ["a"]]


def test_arms_chosen_one_by_one_go_into_a_short_address(page_client):
    runs = ran("one"), ran("other")
    answer = page_client.get(address(*runs) + "&arms=hand&arm=1&arm=-&smooth=0.5")
    assert answer.status_code == 302
    assert "arms=1,-" in answer["Location"]
    assert "smooth=0.5" in answer["Location"]


def test_arms_that_cannot_be_are_named_and_the_usual_ones_shown(page_client):
    answer = page_client.get(address(ran("one"), ran("other")) + "&arms=config.nothing")
    assert "has a setting nothing" in answer.context["arms_error"]
    assert answer.context["arms_by"] == ""
    assert len(answer.context["arms"]) == 1


def test_rules_that_judged_none_of_the_runs_are_folded_away(page_client):
    runs = ran("one"), ran("other")
    shown = page_client.get(address(*runs))
    silent = [row for row in shown.context["verdicts"] if not row.judged]
    assert shown.context["unjudged"] == len(silent) > 0
    assert "only-judged" in shown.content.decode()
    assert "only-judged" not in page_client.get(address(*runs) + "&rules=all").content.decode()


def test_many_metrics_come_in_parts_that_can_be_searched(page_client):
    runs = ran("one", losses=[]), ran("other", losses=[])
    for run in runs:
        values = {f"test_m{n:03}": float(n) for n in range(620)}
        store.append(run.pk, 0, lines(scalars(9, **values)))
    shown = page_client.get(address(*runs)).context
    assert (len(shown["metrics"]), shown["part"].fitting, shown["part"].next) == (500, 620, 500)
    rest = page_client.get(address(*runs) + "&from=500").context
    assert (rest["metrics"][0]["row"].name, rest["part"].next) == ("test/m500", None)
    found = page_client.get(address(*runs) + "&find=M61").context
    assert [one["row"].name for one in found["metrics"]] == [f"test/m61{n}" for n in range(10)]
    beyond = page_client.get(address(*runs) + "&from=99999&by=test/m001").context
    assert beyond["metrics"]
    assert b"No metric fits" in page_client.get(address(*runs) + "&find=nothing").content


def test_only_metrics_that_two_runs_have_are_shown_where_asked(page_client):
    one, other = ran("one"), ran("other")
    store.append(other.pk, 0, lines(scalars(1, test_alone=1.0)), source="beside")
    every = page_client.get(address(one, other)).context["metrics"]
    assert len(every) == 2
    shared = page_client.get(address(one, other) + "&shared=1").context["metrics"]
    assert [shown["row"].name for shown in shared] == ["train/loss"]


def test_edits_of_each_run_stand_below_what_it_was_made_of(page_client):
    one, other = ran("one"), ran("two")
    Run.objects.filter(pk=one.pk).update(snapshot={"git": {"commit": "a", "diff": "+ edited"}})
    page = page_client.get(address(one, other))
    assert page.context["edited"] == [(one, "+ edited")]
    assert "+ edited" in page.content.decode()
