"""The pages of studies: opening one, reading its answer, adding seeds, explaining a difference."""

from urllib.parse import urlencode

import pytest

from dashboard.comparison.models import Member, Study
from dashboard.health.models import Examination
from dashboard.runs.models import Run, Status
from dashboard.web.study_form import patch_from, patch_text
from tests.web.given import logged, ran

pytestmark = pytest.mark.django_db

QUESTION = {
    "title": "Less noise",
    "metric": "train/loss",
    "direction": "lower",
    "summary": "last",
    "smallest": "0.1",
    "seeds": "3",
}
FRESH = {**QUESTION, "patch": "noise=0", "design": "compare"}
NEW = "/studies/new/?trainer=rehearsal"


def opened(client, address=NEW, **more):
    answer = client.post(address, {**FRESH, **more})
    assert answer.status_code == 302, answer.context["form"].errors
    return Study.objects.get()


def finished(study, before, after):
    values = {"before": before, "after": after}
    for member in Member.objects.filter(arm__study=study).select_related("arm", "run"):
        assert member.run
        value = values[member.arm.name][member.seed]
        logged(member.run, [9.0, value])
        Run.objects.filter(pk=member.run_id).update(status=Status.FINISHED)


def errors(client, address=NEW, **more):
    answer = client.post(address, {**FRESH, **more})
    assert answer.status_code == 422
    assert not Study.objects.exists()
    return answer.context["form"].errors


def test_an_empty_list_says_how_a_study_is_opened(page_client):
    page = page_client.get("/studies/").content.decode()
    assert "No study yet" in page
    assert "/studies/new/" in page


def test_a_study_is_opened_from_a_trainer_with_typed_lines(page_client, member):
    study = opened(page_client, guardrails="time/step lower 0.5")
    assert [arm.patch for arm in study.arms.all()] == [{}, {"noise": 0.0}]
    assert study.guardrails == [{"metric": "time/step", "direction": "lower", "smallest": 0.5}]
    assert study.created_by == member.username
    assert Run.objects.filter(status=Status.QUEUED).count() == 6


def test_each_error_stands_beside_its_field_and_nothing_is_queued(page_client):
    assert "noise" in str(errors(page_client, patch="noise=loud")["patch"])
    assert "no such field" in str(errors(page_client, patch="nois=1")["patch"])
    assert "name=value" in str(errors(page_client, patch="noise")["patch"])
    assert "changes nothing" in str(errors(page_client, patch="noise=0.1")["patch"])
    assert "above 0" in str(errors(page_client, smallest="-1")["smallest"])
    assert "smallest" in errors(page_client, smallest="some")
    assert "whether lower or higher" in str(errors(page_client, guardrails="x")["guardrails"])
    assert "seeds" in errors(page_client, seeds="0")
    assert not Run.objects.exists()


def test_two_runs_become_a_study_that_says_it_was_asked_afterwards(page_client):
    one, other = ran("one", config={"noise": 0.3}), ran("other")
    address = f"/studies/new/?a={one.pk}&b={other.pk}"
    assert "other against one" in page_client.get(address).content.decode()
    study = opened(page_client, address, seeds="0")
    page = page_client.get(f"/studies/{study.pk}/").content.decode()
    assert "its first runs were there already" in page
    assert Run.objects.count() == 2
    assert Member.objects.count() == 2


def test_further_seeds_are_queued_on_top_of_two_runs_where_asked(page_client):
    one, other = ran("one", config={"noise": 0.3}), ran("other")
    opened(page_client, f"/studies/new/?a={one.pk}&b={other.pk}", seeds="2")
    assert Member.objects.count() == 6


def test_the_compare_page_of_two_runs_leads_to_the_form(page_client):
    one, other = ran("one"), ran("other")
    page = page_client.get(f"/compare/?runs={one.pk},{other.pk}").content.decode()
    assert f"/studies/new/?a={one.pk}&amp;b={other.pk}" in page


def test_a_verdict_brings_its_change_and_its_run_is_not_counted(page_client):
    run = ran("sick", config={"noise": 0.3})
    verdict = {"rule": "noisy", "state": "fail", "patch": {"noise": 0.0}}
    Examination.objects.filter(run=run).update(verdicts=[verdict])
    address = f"/studies/new/?run={run.pk}&rule=noisy"
    assert "noise=0.0" in page_client.get(address).content.decode()
    study = opened(page_client, address)
    assert (study.rule, study.source) == ("noisy", run)
    assert not Member.objects.filter(run=run).exists()


def test_a_verdict_without_a_change_asks_for_one_and_an_unknown_rule_is_404(page_client):
    run = ran("sick")
    verdict = {"rule": "noisy", "state": "fail", "patch": {}}
    Examination.objects.filter(run=run).update(verdicts=[verdict])
    page = page_client.get(f"/studies/new/?run={run.pk}&rule=noisy").content.decode()
    assert "names no change" in page
    assert page_client.get(f"/studies/new/?run={run.pk}&rule=other").status_code == 404


@pytest.mark.parametrize(
    "query", ["a=x&b=y", "run=x&rule=y", "trainer=x", "trainer=rehearsal&preset=x"]
)
def test_names_that_nobody_has_are_404(page_client, query):
    assert page_client.get(f"/studies/new/?{query}").status_code == 404


def test_while_runs_go_no_answer_is_shown(page_client):
    study = opened(page_client)
    page = page_client.get(f"/studies/{study.pk}/")
    assert page.context["live"]
    assert "0 of 6 runs have ended" in page.content.decode()
    assert page_client.get("/studies/").context["rows"][0]["progress"].going == 6


def test_the_answer_stands_on_the_page_and_in_the_list(page_client):
    study = opened(page_client)
    finished(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    page = page_client.get(f"/studies/{study.pk}/")
    [one] = page.context["found"]
    assert one["label"] == {"word": "Improved", "look": "pass"}
    assert "Exact p" in page.content.decode()
    [row] = page_client.get("/studies/").context["rows"]
    assert row["label"]["word"] == "Improved"
    assert row["figures"]["effect"].startswith("-0.49")


def test_a_crashed_run_and_a_deleted_one_are_shown(page_client):
    study = opened(page_client)
    finished(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    first, second = Member.objects.filter(arm__study=study)[:2]
    Run.objects.filter(pk=first.run_id).update(status=Status.FAILED)
    Run.objects.get(pk=second.run_id).delete()
    page = page_client.get(f"/studies/{study.pk}/").content.decode()
    assert "crashed" in page
    assert "were deleted" in page


def test_a_second_press_of_the_button_adds_nothing(page_client):
    study = opened(page_client)
    press = {"action": "seeds", "planned": "6", "count": "2"}
    for _ in range(2):
        page_client.post(f"/studies/{study.pk}/", press)
    assert Member.objects.count() == 10


def test_a_count_that_is_none_adds_nothing_and_says_so(page_client):
    study = opened(page_client)
    for count in ("", "many", "0", "100000"):
        press = {"action": "seeds", "planned": "6", "count": count}
        answer = page_client.post(f"/studies/{study.pk}/", press, follow=True)
        assert 'class="note error"' in answer.content.decode()
    assert Member.objects.count() == 6


def test_a_confounder_is_explained_on_the_page(page_client):
    study = opened(page_client)
    finished(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    for member in Member.objects.filter(arm__name="after"):
        Run.objects.filter(pk=member.run_id).update(snapshot={"git": {"commit": "b" * 40}})
    for member in Member.objects.filter(arm__name="before"):
        Run.objects.filter(pk=member.run_id).update(snapshot={"git": {"commit": "a" * 40}})
    page = page_client.get(f"/studies/{study.pk}/")
    assert page.context["found"][0]["label"]["word"] == "Confounded"
    told = {"action": "explain", "difference": page.context["differences"][0], "reason": "docs"}
    page_client.post(f"/studies/{study.pk}/", told)
    page = page_client.get(f"/studies/{study.pk}/")
    assert page.context["found"][0]["label"]["word"] == "Improved"
    assert "docs" in page.content.decode()


def test_a_fix_taken_apart_tells_what_each_part_does(page_client):
    opened(page_client, patch="noise=0\nsteps=50", design="factorial")
    study = Study.objects.get()
    assert study.arms.count() == 4
    page = page_client.get(f"/studies/{study.pk}/")
    assert [row[0] for row in page.context["effects"]["rows"]] == ["noise", "steps"]


def test_nothing_new_is_304_and_a_change_is_not(page_client):
    study = opened(page_client)
    address = f"/studies/{study.pk}/"
    tag = page_client.get(address)["ETag"]
    assert page_client.get(address, headers={"If-None-Match": tag}).status_code == 304
    page_client.post(address, {"action": "seeds", "planned": "6", "count": "1"})
    assert page_client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_an_unknown_study_is_404_and_an_unknown_action_refused(page_client):
    assert page_client.get("/studies/none/").status_code == 404
    study = opened(page_client)
    assert page_client.post(f"/studies/{study.pk}/", {"action": "x"}).status_code == 400


def test_a_change_is_written_so_that_it_reads_back_alike():
    patch = {"a": 1, "b": 0.5, "c": True, "d": None, "e": "text", "f": "1", "g": [1, 2]}
    assert patch_from(patch_text(patch)) == patch


def test_a_form_that_is_sent_twice_opens_one_study(page_client):
    key = page_client.get(NEW).context["form"]["key"].value()
    first = page_client.post(NEW, {**FRESH, "key": key})
    second = page_client.post(NEW, {**FRESH, "key": key, "title": "Other words"}, follow=True)
    study = Study.objects.get()
    assert first.url == second.redirect_chain[0][0] == f"/studies/{study.pk}/"
    assert "nothing was added" in second.content.decode()
    assert Run.objects.count() == 6


def test_a_refused_form_keeps_its_key_and_makes_a_study_once_it_is_mended(page_client):
    refused = page_client.post(NEW, {**FRESH, "key": "k" * 32, "patch": "noise=loud"})
    assert refused.context["form"]["key"].value() == "k" * 32
    opened(page_client, key="k" * 32)


def test_forms_that_are_opened_apart_make_studies_of_their_own(page_client):
    for _ in range(2):
        key = page_client.get(NEW).context["form"]["key"].value()
        page_client.post(NEW, {**FRESH, "key": key})
    assert Study.objects.count() == 2


def test_all_changes_of_a_run_are_taken_apart_by_a_study(page_client):
    run = ran("bad")
    asked = urlencode({"run": run.pk, "patch": '{"noise": 0.0, "steps": 9}'})
    page = page_client.get(f"/studies/new/?{asked}&design=leave_one_out").content.decode()
    assert '<option value="leave_one_out" selected>' in page
    page = page_client.get(f"/studies/new/?{asked}&design=nonsense").content.decode()
    assert '<option value="compare" selected>' in page


def test_the_curves_of_primary_metric_and_guardrails_are_drawn_by_arm(page_client):
    study = opened(page_client, guardrails="time/step lower 0.5")
    page = page_client.get(f"/studies/{study.pk}/")
    assert page.context["drawn"] == ["train/loss", "time/step"]
    html = page.content.decode()
    assert f'data-arms="study.{study.pk}"' in html
    assert 'data-draw="arms"' in html


def test_a_studys_arms_are_those_of_its_figures_also_where_runs_are_in_two_studies(page_client):
    study = opened(page_client)
    finished(study, before=[3.0, 3.1, 3.2], after=[1.0, 1.1, 1.2])
    members = list(Member.objects.filter(arm__study=study).select_related("arm"))
    runs = ",".join(str(member.run_id) for member in members)
    asked = {"runs": runs, "draw": "arms", "arms": f"study.{study.pk}", "names": "train/loss"}
    [found] = page_client.get("/api/figures/", asked).json()["figures"]
    assert found["note"].startswith("before: n=3 · after: n=3")
    other = {**asked, "arms": "study.0"}
    assert page_client.get("/api/figures/", other).status_code == 400


def test_the_form_says_where_the_run_that_is_asked_about_ended(page_client):
    run = ran("bad", losses=[3.0, 2.5])
    page = page_client.get(f"/studies/new/?run={run.pk}").content.decode()
    assert "train/loss of bad ended at 2.500." in page
