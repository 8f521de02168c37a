"""Trials for programs: what is launched, what is refused, and what became of it."""

import json

import pytest

from dashboard.runs.models import Run
from tests.comparison.test_trials import end
from tests.web.given import ran
from tests.web.test_run import failing

pytestmark = pytest.mark.django_db


@pytest.fixture
def parent():
    run = ran("broken")
    failing(run)
    return run


def post(client, run, **body):
    address = f"/api/runs/{run.pk}/try/"
    return client.post(address, json.dumps(body), content_type="application/json")


def test_without_changes_the_verdict_s_own_are_tried(as_scope, parent):
    answer = post(as_scope("member"), parent, rule="scale")
    assert answer.status_code == 201
    assert (answer.json()["config"]["noise"], answer.json()["baseline"]) == (0.5, parent.pk)


def test_a_request_that_is_sent_again_makes_no_second_run(as_scope, parent):
    client = as_scope("member")
    for _ in range(2):
        post(client, parent, rule="scale", changes={"noise": 0.7}, key="k")
    assert Run.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rule": "fine"}, "patch"),
        ({"rule": "nope"}, "rule"),
        ({"rule": "scale", "changes": {"noise": -1}}, "noise"),
        ({"rule": "scale", "changes": {}}, "changes"),
        ({"rule": "scale", "seed": 3}, "seed"),
    ],
)
def test_what_cannot_be_tried_is_400_with_its_field(as_scope, parent, body, field):
    answer = post(as_scope("member"), parent, **body)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert Run.objects.count() == 1


def test_a_viewer_launches_nothing(as_scope, parent):
    assert post(as_scope("viewer"), parent, rule="scale").status_code == 403


def test_the_outcome_is_read_by_a_viewer(as_scope, parent):
    post(as_scope("member"), parent, rule="scale")
    end(Run.objects.get(baseline=parent))
    [told] = as_scope("viewer").get(f"/api/runs/{parent.pk}/try/").json()["trials"]
    assert (told["outcome"], told["metric"], told["after"]) == ("cleared", "train/loss", 0.5)
