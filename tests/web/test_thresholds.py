"""Thresholds for people: what may be chosen, what is refused, what is kept."""

import pytest

from dashboard.health.choosing import choose, in_force
from dashboard.health.models import Choice, Examination
from dashboard.runs.models import Project
from tests.web.given import queries, ran

pytestmark = pytest.mark.django_db
STREAK = "hidden_failure.streak"


@pytest.fixture
def project(db):
    return ran().project


def shown(client, address="/thresholds/"):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def of(project):
    return f"/thresholds/?project={project.pk}"


def save(client, project, after=0, action="save", **typed):
    given = {"action": action, "after": after, **typed}
    return client.post(of(project), given, follow=True).content.decode()


def test_an_empty_installation_has_the_page(page_client):
    assert "There are no projects yet" in shown(page_client)


def test_names_the_projects_and_what_holds_in_them(page_client, project):
    assert "the rules' own" in shown(page_client)
    save(page_client, project, **{STREAK: "3"})
    assert "the rules' own" not in shown(page_client)


def test_saves_a_version_with_who_and_why(page_client, project):
    told = save(page_client, project, **{STREAK: "3", "data_wait.fail": "0.5", "note": "noisy"})
    assert "Saved as version 1" in told
    assert "noisy" in told
    kept = Choice.objects.get()
    assert kept.values == {"hidden_failure": {"streak": 3}, "data_wait": {"fail": 0.5}}
    assert kept.made_by == "lin"


@pytest.mark.parametrize("typed", ["0", "many", "2.5", "nan", "1e99"])
def test_what_cannot_be_is_refused_with_the_range_and_stays_as_it_was_typed(
    page_client, project, typed
):
    told = save(page_client, project, **{STREAK: typed, "data_wait.fail": "0.5"})
    assert "It must be a whole number from 1 to 1,000,000." in told
    assert "nothing was saved" in told
    assert 'value="0.5"' in told
    assert not Choice.objects.exists()


def test_who_looked_at_an_older_version_does_not_overwrite_a_newer(page_client, project):
    choose(project, {"hidden_failure": {"streak": 9}}, by="mo", note="", after=0)
    assert "mo saved version 1 meanwhile" in save(page_client, project, **{STREAK: "3"})
    assert in_force(project.pk).values == {"hidden_failure": {"streak": 9}}


def test_an_emptied_field_and_a_reset_go_back_to_the_rules_own(page_client, project):
    save(page_client, project, **{STREAK: "3"})
    save(page_client, project, after=1, **{STREAK: ""})
    assert in_force(project.pk).values == {}
    save(page_client, project, after=2, **{STREAK: "3"})
    save(page_client, project, after=3, action="reset", **{STREAK: "3"})
    assert (in_force(project.pk).version, in_force(project.pk).values) == (4, {})


def test_the_history_tells_each_change(page_client, project):
    save(page_client, project, **{STREAK: "3"})
    told = save(page_client, project, after=1, **{STREAK: "9"})
    assert "3 → <b>9</b>" in told
    assert "5 → <b>3</b>" in told
    older = shown(page_client, f"{of(project)}&version=1")
    assert "3 → <b>9</b>" not in older


def test_what_is_kept_but_no_rules_any_more_is_shown_as_ignored(page_client, project):
    Choice.objects.create(project=project, version=1, values={"old_rule": {"x": 1}}, made_by="lin")
    assert "old_rule.x = 1" in shown(page_client, of(project))


def test_a_rules_link_opens_its_thresholds(page_client, project):
    told = shown(page_client, f"{of(project)}&rule=data_wait")
    assert '<details id="data_wait" open>' in told
    assert '<details id="hidden_failure">' in told


def test_ended_runs_are_judged_again_when_asked(page_client, project):
    save(page_client, project, **{STREAK: "3"})
    assert "1 ended run was judged under other thresholds" in shown(page_client, of(project))
    told = save(page_client, project, action="judge")
    assert "1 run judged again." in told
    assert "judged under other thresholds" not in told
    assert Examination.objects.get().thresholds == 1


@pytest.mark.parametrize("query", ["project=x", "project=9", "project=²", "project=%00"])
def test_an_address_that_nobody_made_is_no_breakage(page_client, query):
    assert page_client.get(f"/thresholds/?{query}").status_code == 404
    assert page_client.get(f"/backtests/?{query}").status_code == 404


def test_odd_versions_and_actions_are_no_breakage(page_client, project):
    for version in ("x", "²", "-1", "99999999999"):
        shown(page_client, f"{of(project)}&version={version}")
    assert page_client.post(of(project), {"action": "delete"}).status_code == 400
    assert "meanwhile" in save(page_client, project, after="x", **{STREAK: "3"})


def test_the_work_does_not_grow_with_the_versions(page_client, project):
    shown(page_client, of(project))
    few = queries(page_client, of(project))
    for version in range(5):
        choose(project, {"hidden_failure": {"streak": version + 1}}, by="x", note="", after=version)
    assert queries(page_client, of(project)) == few


def test_what_people_write_is_no_markup(page_client, project):
    Project.objects.filter(pk=project.pk).update(name="<i>p</i>")
    told = save(page_client, project, **{STREAK: "<i>", "note": "<i>n</i>"})
    assert "<i>" not in told


def test_targets_are_saved_shown_and_told_in_the_history(page_client, project):
    save(page_client, project, targets="train/loss<1 at 50")
    told = save(page_client, project, after=1, targets="train/loss < 1.0 at 50\neval/loss<2 at 9")
    assert ">train/loss &lt; 1.0 at 50\neval/loss &lt; 2.0 at 9</textarea>" in told
    assert "– → <b>train/loss &lt; 1.0 at 50</b>" in told
    assert "<b>train/loss &lt; 1.0 at 50; eval/loss &lt; 2.0 at 9</b>" in told
    assert len(in_force(project.pk).targets) == 2


def test_a_text_that_is_no_target_is_refused_beside_its_field_and_stays(page_client, project):
    told = save(page_client, project, targets="loss below <1>", **{STREAK: "3"})
    assert "“loss below &lt;1&gt;” is no target" in told
    assert ">loss below &lt;1&gt;</textarea>" in told
    assert 'value="3"' in told
    assert not Choice.objects.exists()


def test_going_back_to_the_rules_own_thresholds_keeps_the_targets(page_client, project):
    save(page_client, project, targets="train/loss < 1 at 50", **{STREAK: "3"})
    save(page_client, project, after=1, action="reset", targets="")
    held = in_force(project.pk)
    assert (held.values, len(held.targets)) == ({}, 1)


def test_targets_that_are_typed_stay_while_a_backtest_is_refused(page_client, project):
    form = {"project": project.pk, "targets": "train/loss < 1 at 50", "action": "open"}
    told = page_client.post("/backtests/", form).content.decode()
    assert ">train/loss &lt; 1 at 50</textarea>" in told
