"""GET /api/figures/?draw=arms and draw=difference: means with bands, and what a mean would hide."""

import numpy as np
import plotly.graph_objects as go
import pytest
from scipy import stats

from dashboard.charts.packing import unpacked
from dashboard.metrics import store
from dashboard.runs.models import Run
from tests.conftest import lines, scalars
from tests.web.given import queries, ran

API = "/api/figures/"


def curve(seed, shift=0.0, steps=30):
    rng = np.random.default_rng(seed)
    return [10 / step + shift + noise for step, noise in enumerate(rng.normal(0, 0.1, steps), 1)]


def six(**more):
    """Two configurations, three seeds each, in turns."""
    runs = []
    for seed in range(3):
        for noise in (0.5, 0.1):
            run = ran(
                f"{noise}-{seed}",
                losses=curve(seed, noise if noise == 0.5 else 0),
                config={"noise": noise},
                **more,
            )
            Run.objects.filter(pk=run.pk).update(seed=seed)
            runs.append(run)
    return runs


def asked(client, runs, **query):
    told = {"runs": ",".join(run.pk for run in runs), "draw": "arms", **query}
    return client.get(API, told)


def figure(client, runs, **query):
    answer = asked(client, runs, **query)
    assert answer.status_code == 200, answer.content
    [found] = answer.json()["figures"]
    if found["figure"]:
        go.Figure(found["figure"])
    return found


def trace(found, name):
    return next(t for t in found["figure"]["data"] if t["name"] == name and t["mode"] != "none")


def says(found):
    return " ".join(found["says"])


def change(run, **values):
    Run.objects.filter(pk=run.pk).update(**values)


def test_runs_of_one_configuration_are_an_arm_with_its_mean(page_client):
    runs = six()
    found = figure(page_client, runs)
    assert "noise=0.5: n=3 · noise=0.1: n=3" in found["note"]
    mean = unpacked(trace(found, "noise=0.5 (n=3)")["y"])
    told = np.mean([curve(seed, 0.5) for seed in range(3)], axis=0)
    assert mean == pytest.approx(told, rel=1e-6)


def test_the_band_is_scipys(page_client):
    found = figure(page_client, six())
    half = unpacked(trace(found, "noise=0.1 (n=3)")["customdata"])
    values = np.array([curve(seed) for seed in range(3)])
    told = stats.sem(values) * stats.t.ppf(0.975, 2)
    assert half == pytest.approx(told, rel=1e-5)
    band = next(t for t in found["figure"]["data"] if t["mode"] == "none")
    assert band["fill"] == "toself"


def test_single_runs_lie_behind_the_mean_or_are_left_out(page_client):
    runs = six()
    names = [t["name"] for t in figure(page_client, runs)["figure"]["data"]]
    assert {run.name for run in runs} <= set(names)
    hidden = [t["name"] for t in figure(page_client, runs, single="0")["figure"]["data"]]
    assert not {run.name for run in runs} & set(hidden)


def test_arms_by_hand_by_a_setting_and_with_a_run_in_none(page_client):
    runs = six()
    assert "Arm A: n=3 · Arm B: n=3" in figure(page_client, runs, arms="0,1,0,1,0,1")["note"]
    assert "noise=0.5: n=3" in figure(page_client, runs, arms="config.noise")["note"]
    found = figure(page_client, runs, arms="0,0,0,0,-,-")
    assert "Arm A: n=4" in found["note"]
    assert "2 runs are in no arm and not drawn." in says(found)


@pytest.mark.parametrize(
    ("arms", "told"),
    [
        ("0,1", "for each of the 6 runs"),
        ("-,-,-,-,-,-", "at least one run"),
        ("study", "do not all belong to one study"),
        ("config.nothing", "has a setting nothing"),
        ("what", "Arms are study"),
        ("0,0,0,0,0,9", "numbered from 0"),
    ],
)
def test_arms_that_cannot_be_are_refused_with_what_to_do(page_client, arms, told):
    answer = asked(page_client, six(), arms=arms)
    assert answer.status_code == 400
    assert told in str(answer.json())


def test_another_view_than_there_is_is_refused(page_client):
    assert asked(page_client, six(), draw="medians").status_code == 400


def test_where_a_run_has_ended_it_is_said_and_the_line_is_another_one(page_client):
    short, one, other = (
        ran(n, losses=curve(s, steps=k))
        for n, s, k in [("short", 0, 12), ("one", 1, 30), ("other", 2, 30)]
    )
    found = figure(page_client, [short, one, other], arms="0,0,0")
    assert "Arm A: from step 13 on only 2 of 3 runs. Of fewer runs: dotted, no band." in says(found)
    solid, dotted = trace(found, "Arm A (n=3)"), trace(found, "Arm A")
    assert unpacked(solid["x"]).tolist() == list(range(1, 13))
    assert unpacked(dotted["x"]).tolist() == list(range(13, 31))
    assert dotted["line"]["dash"] == "dot"
    assert set(unpacked(dotted["customdata"]).tolist()) == {2}


def test_a_nan_is_named_marked_and_never_drawn_as_zero(page_client):
    sick = ran("sick", losses=[3, "NaN", 1])
    found = figure(page_client, [sick, ran("well", losses=[3, 2, 1])], arms="0,0")
    assert "sick at 1 of 3 places" in says(found)
    assert any(t["name"] == "sick: NaN" for t in found["figure"]["data"])
    assert unpacked(trace(found, "Arm A")["y"]).tolist() == [2]
    solid = unpacked(trace(found, "Arm A (n=2)")["y"])
    assert [y for y in solid if y == y] == [3, 1]
    assert np.isnan(solid).sum() == 1  # the line does not cross the place of the NaN


def test_an_arm_of_one_run_says_that_it_has_no_band(page_client):
    found = figure(page_client, [ran("one"), ran("other")], arms="0,1")
    assert "one run, so no band" in says(found)
    assert not any(t["mode"] == "none" for t in found["figure"]["data"])


def test_a_run_without_the_metric_is_counted(page_client):
    runs = [ran("one"), ran("two"), ran("none", losses=[])]
    assert "1 of 3 runs has no such curve" in says(figure(page_client, runs, arms="0,0,0"))


def test_the_difference_is_paired_by_seed_and_says_where_it_leaves_zero(page_client):
    found = figure(page_client, six(), draw="difference")
    effect = unpacked(trace(found, "noise=0.1 − noise=0.5")["y"])
    assert effect == pytest.approx(-0.5)
    assert "3 pairs by seed" in says(found)
    assert "From step 1 on the band leaves out zero, until step 30" in says(found)
    assert "no test" in says(found)
    assert " p " not in says(found)


def test_other_seeds_are_compared_by_welch(page_client):
    runs = six()
    for run in runs[1::2]:
        change(run, seed=run.number + 100)
    told = says(figure(page_client, runs, draw="difference"))
    assert "3 and 3 runs of other seeds, by Welch" in told


def test_one_run_each_has_a_difference_without_a_band(page_client):
    found = figure(page_client, [ran("one"), ran("other")], arms="0,1", draw="difference")
    assert "an arm has one run, so no band" in says(found)
    assert "leaves out zero" not in says(found)


def test_a_single_arm_has_nothing_to_subtract(page_client):
    found = figure(page_client, [ran("one"), ran("other")], draw="difference")
    assert found["figure"] is None
    assert "nothing to subtract" in says(found)


def test_a_redefined_loss_has_no_difference_and_names_what_has(page_client):
    runs = [ran(f"{size}-{seed}") for seed in range(2) for size in (128, 4)]
    for place, run in enumerate(runs):
        size = (128, 4)[place % 2]
        change(run, trainer="region_contrastive", config={"bank_size": size}, seed=place // 2)
    found = figure(page_client, runs, draw="difference")
    assert found["figure"] is None
    assert "bank_size 128 → 4" in says(found)
    assert "eval/region_recall_at_1" in says(found)


def test_runs_that_measure_different_things_have_no_mean(page_client):
    runs = [ran("many"), ran("few")]
    for run, size in zip(runs, (128, 4), strict=True):
        change(run, trainer="region_contrastive", config={"bank_size": size})
    found = figure(page_client, runs, arms="0,0")
    assert "no mean of them is drawn" in says(found)
    assert [t["name"] for t in found["figure"]["data"]] == ["many", "few"]


def test_losses_of_two_trainers_are_not_subtracted(page_client):
    runs = [ran("one"), ran("other")]
    change(runs[1], trainer="sdm_alignment")
    found = figure(page_client, runs, arms="0,1", draw="difference")
    assert found["figure"] is None
    assert "need not measure the same" in says(found)


def test_along_the_clock_runs_are_compared_in_stretches(page_client):
    early, late = ran("early"), ran("late", losses=[])
    rows = [scalars(s, s + 0.4, train_loss=v) for s, v in ((1, 5.0), (2, 4.0), (3, 3.0))]
    store.append(late.pk, 0, lines(*rows))
    found = figure(page_client, [early, late], x="wall", arms="0,0")
    assert "Compared by means of stretches of 2.4 s." in says(found)


def test_smoothing_smooths_each_run_before_the_mean(page_client):
    runs = six()
    plain = unpacked(trace(figure(page_client, runs), "noise=0.5 (n=3)")["y"])
    smooth = unpacked(trace(figure(page_client, runs, smooth=0.9), "noise=0.5 (n=3)")["y"])
    assert np.ptp(smooth) < np.ptp(plain)


def test_on_a_log_scale_a_band_below_zero_is_cut_and_said(page_client):
    runs = [ran("low", losses=[0.1] * 5), ran("high", losses=[1.0] * 5)]
    assert "cut there" in says(figure(page_client, runs, arms="0,0", log="1"))


def test_more_arms_ask_no_more_questions(page_client, db):
    runs = six()
    few = queries(page_client, f"{API}?draw=arms&runs={','.join(r.pk for r in runs[:2])}")
    many = queries(page_client, f"{API}?draw=arms&runs={','.join(r.pk for r in runs)}")
    assert many <= few + 2 * 4  # names and what was superseded are asked of each run
