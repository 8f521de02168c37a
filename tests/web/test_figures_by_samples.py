"""x=samples: by what each step takes, by a metric that counts them, or said to be unknown."""

import pytest

from dashboard.charts.packing import unpacked
from dashboard.metrics import store
from dashboard.runs.models import Run
from tests.conftest import lines, scalars
from tests.web.given import logged, ran

API = "/api/figures/"


def figures(client, runs, **query):
    told = {"runs": ",".join(run.pk for run in runs), "x": "samples", **query}
    answer = client.get(API, told)
    assert answer.status_code == 200, answer.content
    return {found["name"]: found for found in answer.json()["figures"]}


def x(found):
    [trace] = [t for t in found["figure"]["data"] if t["mode"] == "lines"]
    return unpacked(trace["x"]).tolist()


def built_in(run, **config):
    Run.objects.filter(pk=run.pk).update(trainer="region_contrastive", config=config)
    return run


def test_a_built_in_trainer_takes_batch_times_accumulation_times_processes(page_client):
    run = built_in(ran("one"), batch_size=8, accumulation=2, processes=3)
    assert x(figures(page_client, [run])["train/loss"]) == [48, 96, 144]


def test_what_the_trainer_states_goes_before_its_configuration(page_client):
    run = built_in(ran("one"), batch_size=8)
    Run.objects.filter(pk=run.pk).update(facts={"train/effective_batch": 30})
    assert x(figures(page_client, [run])["train/loss"]) == [30, 60, 90]


def test_any_trainer_may_count_them_in_a_metric(page_client, run):
    rows = [scalars(s, train_loss=1 / s, train_samples_seen=n) for s, n in ((1, 5), (2, 25))]
    store.append(run.pk, 0, lines(*rows))
    assert x(figures(page_client, [run])["train/loss"]) == [5, 25]


def test_a_run_that_cannot_tell_is_named_and_not_drawn(page_client):
    unknown, known = ran("unknown"), built_in(ran("known"), batch_size=4)
    Run.objects.filter(pk=unknown.pk).update(trainer="somebody's")
    found = figures(page_client, [unknown, known])["train/loss"]
    assert x(found) == [4, 8, 12]
    assert found["says"] == [
        "unknown is not drawn: its trainer does not tell how many samples a step takes."
    ]


def test_a_zoom_is_told_in_samples_for_each_run_its_own(page_client):
    small, large = built_in(ran("small"), batch_size=1), built_in(ran("large"), batch_size=3)
    found = figures(page_client, [small, large], window="2,3")["train/loss"]
    traces = {t["name"]: unpacked(t["x"]).tolist() for t in found["figure"]["data"]}
    assert traces == {"small": [2, 3], "large": [3]}


@pytest.mark.parametrize("smooth", ["0", "0.5"])
def test_a_long_run_is_thinned_or_smoothed_along_samples(page_client, run, smooth):
    built_in(run, batch_size=2)
    logged(run, [1 / step for step in range(1, 3001)])
    found = figures(page_client, [run], smooth=smooth, buckets=100)["train/loss"]
    last = max(unpacked(t["x"]).max() for t in found["figure"]["data"])
    assert last == 6000


def test_arms_of_other_batch_sizes_are_compared_at_the_same_samples(page_client):
    small = [built_in(ran(f"s{n}", losses=[4, 3, 2, 1]), batch_size=1) for n in range(2)]
    large = [built_in(ran(f"l{n}", losses=[3, 1]), batch_size=2) for n in range(2)]
    found = figures(page_client, [*small, *large], draw="difference", arms="0,0,1,1")
    assert found["train/loss"]["figure"] is None  # another batch is another loss here
    assert "batch_size 1 → 2" in " ".join(found["train/loss"]["says"])
