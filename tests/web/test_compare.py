"""Runs side by side: what differs, which is better, what was said of each."""

from dashboard.web.pages.compare import _best
from tests.web.given import queries, ran


def address(*runs):
    return f"/compare/?runs={','.join(run.pk for run in runs)}"


def test_two_runs_stand_side_by_side_the_first_as_baseline(page_client):
    one, other = ran("one"), ran("other", config={"noise": 0.7})
    answer = page_client.get(address(one, other))
    assert [run.name for run in answer.context["runs"]] == ["one", "other"]
    assert [e.name for e in answer.context["config"] if e.differs] == ["noise"]
    assert "Baseline" in answer.content.decode()


def test_differences_only_is_the_default_and_the_address_can_say_otherwise(page_client):
    runs = ran("one"), ran("other")
    assert "only-differences" in page_client.get(address(*runs)).content.decode()
    assert "only-differences" not in page_client.get(address(*runs) + "&diff=0").content.decode()


def test_the_better_value_is_marked_by_the_metrics_direction(page_client):
    worse, better = ran("worse", losses=[3, 2]), ran("better", losses=[3, 1])
    [row] = page_client.get(address(worse, better)).context["metrics"]
    assert [cell["best"]["last"] for cell in row["cells"]] == [False, True]
    assert [cell["best"]["max"] for cell in row["cells"]] == [False, False]


def test_no_value_is_best_where_there_is_no_direction():
    assert _best([1, 2], "none") is None
    assert _best([1, 2], "lower") == 0
    assert _best([1, 2], "higher") == 1
    assert _best([1, 1], "higher") is None
    assert _best([None, float("nan"), 3, 2], "lower") == 3
    assert _best([None, float("nan")], "lower") is None


def test_verdicts_stand_side_by_side(page_client):
    sick, well = ran("sick", losses=[1, "NaN"]), ran("well")
    rows = page_client.get(address(sick, well)).context["verdicts"]
    assert rows[0]["cells"][0]["state"] == "fail"
    assert rows[0]["cells"][1]["state"] != "fail"


def test_runs_without_points_or_verdicts_can_be_compared(page_client, run):
    assert page_client.get(address(run, ran("other"))).status_code == 200


def test_fewer_than_two_runs_are_asked_for_more(page_client):
    assert b"two or more" in page_client.get("/compare/").content
    assert b"two or more" in page_client.get(address(ran("one"))).content


def test_too_many_runs_are_refused(page_client, run, monkeypatch):
    monkeypatch.setattr("dashboard.web.pages.compare.MOST", 2)
    assert b"At most 2" in page_client.get(address(ran("a"), ran("b"), ran("c"))).content


def test_an_unknown_run_is_404_and_the_same_run_twice_is_one(page_client, run):
    assert page_client.get("/compare/?runs=a,b").status_code == 404
    assert b"two or more" in page_client.get(address(run, run)).content


def test_the_work_does_not_grow_with_the_runs(page_client):
    runs = [ran(f"run {number}") for number in range(6)]
    assert queries(page_client, address(*runs[:2])) == queries(page_client, address(*runs))


def test_nothing_new_is_304(page_client):
    runs = ran("one"), ran("other")
    tag = page_client.get(address(*runs))["ETag"]
    assert page_client.get(address(*runs), headers={"If-None-Match": tag}).status_code == 304
