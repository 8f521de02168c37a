"""A metric's meaning stands where its chart does."""

import json
import re

import pytest

from dashboard.web.meanings import meanings
from trainers.catalog import TRAINERS

pytestmark = pytest.mark.django_db


def told(page):
    (script,) = re.findall(r'<script id="metric-meanings"[^>]*>(.*?)</script>', page, re.DOTALL)
    return json.loads(script)


def test_a_run_page_tells_what_its_metrics_mean(page_client, run):
    page = page_client.get(f"/runs/{run.pk}/?tab=curves").content.decode()
    assert told(page) == meanings(["rehearsal"])


def test_a_comparison_tells_the_meanings_of_all_trainers_in_it(page_client):
    from dashboard.training.launching import launch

    runs = [launch(name, seed=0).pk for name in ("rehearsal", "box_refinement")]
    page = page_client.get(f"/compare/?runs={','.join(runs)}").content.decode()
    assert set(told(page)) == set(meanings(["rehearsal", "box_refinement"]))


@pytest.mark.parametrize("name", TRAINERS)
def test_which_way_is_better_is_said(name):
    found = meanings([name])
    for metric in TRAINERS[name].metrics:
        if metric.direction != "none":
            assert "is better" in found[metric.name]


def test_a_trainer_that_is_gone_means_nothing():
    assert meanings(["no_longer_there"]) == {}
