"""One run's page: every tab, whatever state the run is in, and what may be done with it."""

import pytest
from django.utils.timezone import now

from dashboard.health.choosing import choose
from dashboard.health.models import Examination, Label
from dashboard.runs.models import Run
from dashboard.training.endings import english, of_trainer
from dashboard.web.pages.run import TABS
from tests.web.given import queries, ran


def message(text, **values):
    return {"text": text, "values": values}


def failing(run):
    """A stored verdict with everything a verdict can have."""
    bad = {
        "rule": "scale", "id": "CTR-01", "version": 1, "state": "fail",
        "title": message("Scale"), "says": message("The scale is {x}.", x=2.5),
        "expected": message("4.6"), "looked_at": message("20 values"),
        "remedy": message("Change it."),
        "number": {"value": 2.5, "unit": "raw", "low": None, "high": None},
        "since_step": 3, "window": [1, 3], "causes": [message("a cause")],
        "evidence": [{"curve": "train/loss", "steps": [2], "values": ["NaN"],
                      "level": {"value": 1.0, "label": message("here")}}],
        "patch": {"noise": 0.5}, "check": message("It moves."),
    }  # fmt: skip
    fine = bad | {
        "rule": "fine",
        "state": "pass",
        "title": message("Fine"),
        "patch": {},
        "evidence": [],
    }
    made = {"state": "fail", "verdicts": [fine, bad], "made_at": now(), "engine_version": "1"}
    Examination.objects.update_or_create(run=run, defaults=made)


@pytest.mark.parametrize("tab", [*TABS, "nonsense"])
@pytest.mark.parametrize("status", ["queued", "running", "finished", "failed", "stopped", "lost"])
def test_every_tab_renders_in_every_state(page_client, tab, status):
    run = ran("one", status=status)
    assert page_client.get(f"/runs/{run.pk}/?tab={tab}").status_code == 200


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_renders_before_anything_arrived(page_client, run, tab):
    assert page_client.get(f"/runs/{run.pk}/?tab={tab}").status_code == 200


def test_an_unknown_run_is_404(page_client, db):
    assert page_client.get("/runs/nope/").status_code == 404


def test_a_failure_stands_on_every_tab(page_client, run):
    Run.objects.filter(pk=run.pk).update(status="failed", failure="Out of <memory>. Lower it.")
    for tab in TABS:
        assert (
            "Out of &lt;memory&gt;"
            in page_client.get(f"/runs/{run.pk}/?tab={tab}").content.decode()
        )


def test_a_failure_is_told_in_the_readers_language(page_client, run):
    ending = of_trainer(-9, "step <3>")
    Run.objects.filter(pk=run.pk).update(
        status="failed", failure=english(ending), failure_told=ending
    )
    english_page = page_client.get(f"/runs/{run.pk}/").content.decode()
    assert "see its kernel log. Its last words: step &lt;3&gt;" in english_page
    asked = {"Accept-Language": "zh-hans"}
    page = page_client.get(f"/runs/{run.pk}/", headers=asked).content.decode()
    assert "最后的输出：step &lt;3&gt;" in page
    assert "Its last words" not in page


def test_the_worst_verdict_comes_first_with_its_change_as_a_diff(page_client):
    run = ran("one")
    failing(run)
    answer = page_client.get(f"/runs/{run.pk}/?tab=verdicts")
    found = answer.context["found"]
    assert [verdict["rule"] for verdict in (*found.bad, *found.passing)] == ["scale", "fine"]
    page = answer.content.decode()
    assert "- noise: 0.1" in page
    assert "+ noise: 0.5" in page
    assert "The scale is 2.5." in page
    assert 'data-slot="train/loss" data-rule="scale"' in page


def test_the_overview_alone_says_what_is_wrong_how_sure_and_what_to_change(page_client):
    run = ran("one")
    failing(run)
    page = page_client.get(f"/runs/{run.pk}/").content.decode()
    for part in ("The scale is 2.5.", "a cause", "Not measured yet", "+ noise: 0.5", "It moves."):
        assert part in page


def test_a_run_without_fault_does_not_claim_that_all_was_checked(page_client):
    run = ran("one")
    page = page_client.get(f"/runs/{run.pk}/").content.decode()
    assert "Nothing wrong was found" in page
    assert "too little evidence" in page


def test_what_was_not_checked_says_why(page_client):
    run = ran("one")
    found = page_client.get(f"/runs/{run.pk}/?tab=verdicts").context["found"]
    assert found.waiting
    assert found.not_applicable
    assert all(verdict["says"] for verdict in (*found.waiting, *found.not_applicable))


def test_two_verdicts_that_offer_the_same_change_offer_no_sum_of_changes(page_client):
    run = ran("one")
    failing(run)
    examination = run.examination
    twin = {**examination.verdicts[1], "rule": "twin"}
    examination.verdicts = [*examination.verdicts, twin]
    examination.save()
    answer = page_client.get(f"/runs/{run.pk}/?tab=verdicts")
    assert answer.context["found"].together is None


def test_the_button_opens_the_launch_form_with_the_change(page_client):
    run = ran("one")
    failing(run)
    [verdict] = page_client.get(f"/runs/{run.pk}/?tab=verdicts").context["found"].bad
    form = page_client.get(verdict["clone"]).content.decode()
    assert 'name="config-noise" value="0.5"' in form
    assert "was 0.1" in form


def test_the_log_tab_says_where_its_lines_are(page_client, run):
    page = page_client.get(f"/runs/{run.pk}/?tab=log").content.decode()
    for part in ("lines", "hits", "file"):
        assert f"/api/runs/{run.pk}/log/{part}/" in page


def test_the_configuration_shows_what_is_not_the_default(page_client):
    run = ran("one", config={"noise": 0.7})
    rows = page_client.get(f"/runs/{run.pk}/?tab=configuration").context["config"]
    assert [row["name"] for row in rows if row["changed"]] == ["noise"]


def test_a_run_of_a_trainer_that_is_gone_can_still_be_read(page_client, run):
    Run.objects.filter(pk=run.pk).update(trainer="retired", config={"odd": [1, 2]})
    for tab in TABS:
        assert page_client.get(f"/runs/{run.pk}/?tab={tab}").status_code == 200


def test_a_fix_and_its_baseline_know_each_other(page_client):
    base = ran("base")
    fix = ran("fix", baseline=base)
    assert (
        f"/compare/?runs={base.pk},{fix.pk}"
        in page_client.get(f"/runs/{base.pk}/").content.decode()
    )
    assert (
        f"/compare/?runs={base.pk},{fix.pk}" in page_client.get(f"/runs/{fix.pk}/").content.decode()
    )


def test_a_live_run_can_be_stopped_but_not_archived(page_client, run):
    address = f"/runs/{run.pk}/?tab=log"
    assert b"Stop it first" in page_client.post(address, {"action": "archive"}, follow=True).content
    assert page_client.post(address, {"action": "stop"})["Location"] == address
    run.refresh_from_db()
    assert run.status == "stopped"
    assert b"has ended" in page_client.post(address, {"action": "stop"}, follow=True).content


def test_an_ended_run_is_archived_and_restored(page_client):
    run = ran("one")
    page_client.post(f"/runs/{run.pk}/", {"action": "archive"})
    assert "Archived" in page_client.get(f"/runs/{run.pk}/").content.decode()
    page_client.post(f"/runs/{run.pk}/", {"action": "restore"})
    run.refresh_from_db()
    assert run.archived_at is None


def test_an_unknown_action_is_refused(page_client, run):
    assert page_client.post(f"/runs/{run.pk}/", {"action": "explode"}).status_code == 400


def test_a_new_point_or_verdict_changes_the_tag_of_the_page(page_client):
    run = ran("one")
    first = page_client.get(f"/runs/{run.pk}/")["ETag"]
    assert page_client.get(f"/runs/{run.pk}/", headers={"If-None-Match": first}).status_code == 304
    failing(run)
    assert page_client.get(f"/runs/{run.pk}/", headers={"If-None-Match": first}).status_code == 200


def test_the_work_does_not_grow_with_the_points(page_client):
    short, long = ran("short"), ran("long", losses=range(500))
    assert queries(page_client, f"/runs/{short.pk}/") == queries(page_client, f"/runs/{long.pk}/")


def test_a_verdict_is_called_wrong_and_taken_back(page_client):
    run = ran(losses=(3.0, "NaN"))
    address = f"/runs/{run.pk}/"
    given = {"label": "non_finite_loss wrong", "note non_finite_loss": "a test of NaN"}
    told = page_client.post(address, given, follow=True).content.decode()
    assert "a test of NaN" in told
    [kept] = Label.objects.all()
    assert (kept.opinion, kept.made_by, kept.state) == ("wrong", "lin", "fail")
    page_client.post(address, {"label": "non_finite_loss none"})
    assert "a test of NaN" not in page_client.get(f"{address}?tab=verdicts").content.decode()


@pytest.mark.parametrize("given", ["non_finite_loss missed", "no_rule right", "x", "", "²  "])
def test_a_label_that_fits_no_verdict_is_refused_in_words(page_client, given):
    run = ran(losses=(3.0, "NaN"))
    answer = page_client.post(f"/runs/{run.pk}/", {"label": given}, follow=True)
    assert answer.status_code == 200
    assert 'class="note error"' in answer.content.decode()
    assert not Label.objects.exists()


def test_a_verdict_under_chosen_thresholds_says_so_with_their_version(page_client):
    run = ran(losses=(3.0, 2.0))
    choose(run.project, {"loss_below_bound": {"steps": 7}}, by="lin", note="", after=0)
    address = f"/runs/{run.pk}/?tab=verdicts"
    assert "other thresholds</a> by now" in page_client.get(address).content.decode()
    told = page_client.post(address, {"action": "judge"}, follow=True).content.decode()
    assert "Judged again." in told
    assert "version 1 of the project" in told
    assert "(its own: 2)" in told
    assert "other thresholds</a> by now" not in told


def test_the_copy_that_keeps_the_tab_up_to_date_says_the_same_to_everybody(page_client):
    run = ran(losses=(3.0, "NaN"))
    headers = {"X-Fixpoint-Live": "1"}
    told = page_client.get(f"/runs/{run.pk}/?tab=verdicts", headers=headers).content.decode()
    assert "csrfmiddlewaretoken" not in told


def test_edits_of_the_code_are_shown_as_lines(page_client, run):
    edits = "-  lr = 0.1\n+  lr = 0.2 # <fast>"
    snapshot = {"git": {"commit": "c0ffee", "diff": edits}}
    Run.objects.filter(pk=run.pk).update(snapshot=snapshot)
    page = page_client.get(f"/runs/{run.pk}/?tab=configuration")
    assert page.context["made_of"] == {"git": {"commit": "c0ffee"}}
    assert "-  lr = 0.1\n+  lr = 0.2 # &lt;fast&gt;" in page.content.decode()
