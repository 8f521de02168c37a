"""A run that a verdict stopped says which, what was saved, and how to go on; and nothing untrue."""

import json
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboard.notices import fatal
from dashboard.runs import lifecycle
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from dashboard.web.stopping import stopping
from tests.notices.given import verdict

pytestmark = pytest.mark.django_db
PATCH = {"learning_rate": 1e-5}
SAVED = {"checkpoint/step": 80, "checkpoint/path": "/runs/a/checkpoints/step-00000080.safetensors"}
SOUND = {
    "checkpoint/sound/step": 50,
    "checkpoint/sound/path": "/runs/a/checkpoints/step-00000050.safetensors",
}


def stopped(trainer="region_contrastive", facts=None, ended=lifecycle.stopped) -> Run:
    launch(trainer, seed=7, stop_when_fatal=True)
    run = lifecycle.claim("gpu-1", "cpu:0")
    assert run is not None
    fatal.stop(run, [{**verdict("fail", since=61), "patch": PATCH}], step=62)
    if ended is not None:
        ended(run.pk, run.lease)
    Run.objects.filter(pk=run.pk).update(facts=facts or {})
    return Run.objects.get(pk=run.pk)


def page(client, run):
    return client.get(f"/runs/{run.pk}/").content.decode()


def test_a_run_that_no_verdict_stopped_says_nothing(run):
    assert stopping(run) is None
    lifecycle.request_stop(run)
    assert stopping(run) is None


def test_while_it_stops_it_says_so(page_client):
    told = page(page_client, stopped(ended=None))
    assert "Stopping: the verdict “Non-finite loss” is fatal." in told
    assert "It saves a checkpoint first." in told


def test_the_sound_checkpoint_is_offered_and_not_the_newest(page_client):
    told = page(page_client, stopped(facts=SAVED | SOUND))
    assert "Stopped by the verdict “Non-finite loss”, made at step 62." in told
    assert "Saved: step 80, whose weights are not finite." in told
    assert "Go on from step 50" in told
    assert SOUND["checkpoint/sound/path"] in told
    assert SAVED["checkpoint/path"] not in told.split('data-live="stopping"')[1].split("<nav")[0]


def test_where_the_newest_is_sound_it_is_offered(page_client):
    sound = {name.replace("point/", "point/sound/"): value for name, value in SAVED.items()}
    told = page(page_client, stopped(facts=SAVED | sound))
    assert "Saved: step 80, whose weights are all finite." in told
    assert "Go on from step 80" in told


def test_going_on_is_a_clone_from_the_checkpoint(page_client):
    run = stopped(facts=SAVED | SOUND)
    ways = stopping(run)
    assert ways is not None
    on, mended = (
        json.loads(parse_qs(urlsplit(ways[way]).query)["patch"][0]) for way in ("on", "mended")
    )
    assert on == {"resume_from": SOUND["checkpoint/sound/path"]}
    assert mended == PATCH | on | {"resume_other": "accept"}
    form = page_client.get(ways["on"]).content.decode()
    assert SOUND["checkpoint/sound/path"] in form
    assert 'name="seed" value="7"' in form
    assert "checked" in form.split('name="stop_when_fatal"')[1].split(">")[0]


def test_where_no_sound_one_is_kept_it_says_so_and_offers_to_start_again(page_client):
    told = page(page_client, stopped(facts=SAVED))
    assert "start again from the beginning" in told
    assert "Launch again with the suggested change" in told
    assert "Go on from step" not in told


def test_a_trainer_that_did_not_say_what_it_saved_is_not_spoken_for(page_client):
    told = page(page_client, stopped(facts={}))
    assert "did not say what it saved" in told
    assert "Saved:" not in told


@pytest.mark.parametrize("ended", [lifecycle.finish, partial(lifecycle.fail, failure="died")])
def test_a_run_that_ended_by_itself_was_not_stopped(page_client, ended):
    told = page(page_client, stopped(facts=SAVED, ended=ended))
    assert "had ended by itself" in told
    assert "Stopped by the verdict" not in told


def test_the_form_offers_it_switched_off(page_client):
    form = page_client.get("/launch/rehearsal/").content.decode()
    assert "checked" not in form.split('name="stop_when_fatal"')[1].split(">")[0]


def test_the_form_and_the_api_launch_with_it(page_client):
    values = {"config-steps": 5, "project": "default", "priority": 0, "stop_when_fatal": "on"}
    form = page_client.get("/launch/rehearsal/").context["config"]
    filled = {f"config-{name}": form[name].value() for name in form.fields}
    page_client.post("/launch/rehearsal/", {**filled, **values})
    assert Run.objects.get().stop_when_fatal
    body = json.dumps({"trainer": "rehearsal", "stop_when_fatal": True})
    made = page_client.post("/api/runs/", body, content_type="application/json").json()
    assert (made["stop_when_fatal"], made["stopped_by"]) == (True, {})
    assert Run.objects.get(pk=made["id"]).stop_when_fatal
