"""The list of studies: narrowed, page by page, live, and no answer worked out twice for nothing."""

import pytest

from dashboard.comparison import briefs
from dashboard.comparison.conclusion import conclude
from dashboard.comparison.explaining import explain
from dashboard.comparison.models import Study
from dashboard.comparison.who import Who
from dashboard.runs.models import Project, Run
from dashboard.web import study_list
from tests.web.given import queries
from tests.web.test_study_pages import FRESH, NEW, finished

pytestmark = pytest.mark.django_db

BETTER = ([1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
WORSE = (BETTER[1], BETTER[0])


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Each test counts for itself what is worked out."""
    monkeypatch.setattr(study_list, "BRIEFS", briefs.Briefs())


@pytest.fixture
def made(monkeypatch):
    """The studies whose answers were worked out, one by one."""
    told = []

    def counted(study):
        told.append(study)
        return conclude(study)

    monkeypatch.setattr(briefs, "conclude", counted)
    return told


def opened(client, title, values=None, **more):
    client.post(NEW, {**FRESH, "title": title, **more})
    study = Study.objects.get(title=title)
    if values:
        finished(study, *values)
        Run.objects.filter(memberships__arm__study=study).update(version=7)
    return study


def titles(client, query=""):
    return [row["study"].title for row in client.get(f"/studies/{query}").context["rows"]]


def test_words_project_and_trainer_narrow_the_list(page_client):
    opened(page_client, "Quiet", project="boxes", hypothesis="rain drops")
    opened(page_client, "Loud", project="people")
    Study.objects.filter(title="Loud").update(trainer="sdm_alignment")
    assert titles(page_client) == ["Loud", "Quiet"]
    assert titles(page_client, "?q=drops QUIET") == ["Quiet"]
    assert titles(page_client, "?q=drops loud") == []
    assert titles(page_client, "?project=boxes") == ["Quiet"]
    assert titles(page_client, "?trainer=sdm_alignment") == ["Loud"]
    assert "No study is like that." in page_client.get("/studies/?q=hail").content.decode()


def test_answers_narrow_the_list_and_a_running_study_has_none(page_client):
    opened(page_client, "better", BETTER)
    opened(page_client, "worse", WORSE)
    opened(page_client, "going")
    assert titles(page_client, "?answer=improved") == ["better"]
    assert titles(page_client, "?answer=worse") == ["worse"]
    assert titles(page_client, "?answer=running") == ["going"]
    assert titles(page_client, "?answer=not_enough") == []
    assert len(titles(page_client, "?answer=nonsense")) == 3


def test_an_answer_is_worked_out_once_while_nothing_changes(page_client, made):
    study = opened(page_client, "better", BETTER)
    for query in ("", "", "?answer=improved", "?q=better"):
        assert titles(page_client, query) == ["better"]
    assert made == [study]


def test_whatever_an_answer_is_made_of_has_it_worked_out_anew(page_client, made):
    study = opened(page_client, "better", BETTER)
    [row] = page_client.get("/studies/").context["rows"]
    assert row["label"]["word"] == "Improved"
    Study.objects.update(smallest=0.2)
    Run.objects.filter(memberships__arm__name="after").update(
        snapshot={"git": {"commit": "b"}}, version=8
    )
    Run.objects.filter(memberships__arm__name="before").update(
        snapshot={"git": {"commit": "a"}}, version=8
    )
    assert titles(page_client, "?answer=confounded") == ["better"]
    explain(study, "code.commit", "docs alone", Who("lin"))
    assert titles(page_client, "?answer=improved") == ["better"]
    Run.objects.filter(memberships__arm__name="after")[0].delete()
    titles(page_client)
    assert len(made) == 4


def test_answers_that_are_still_to_be_made_are_told_and_made_by_the_next_request(
    page_client, made, monkeypatch
):
    monkeypatch.setattr(study_list, "MOST_MADE", 1)
    for number in range(3):
        opened(page_client, f"better {number}", BETTER)
    first = page_client.get("/studies/?answer=improved")
    assert "2 answers are still being worked out" in first.content.decode()
    assert first.context["live"]
    assert titles(page_client, "?answer=improved") == ["better 2", "better 1"]
    last = page_client.get("/studies/?answer=improved")
    assert len(last.context["rows"]) == 3
    assert not last.context["live"]
    assert len(made) == 3


def test_old_briefs_are_let_go(page_client):
    kept = briefs.Briefs(most=1)
    studies = [opened(page_client, title, BETTER) for title in ("one", "other")]
    told = briefs.progress(studies)
    for study in studies:
        kept.of(study, told[study.pk])
    assert kept.kept(told[studies[0].pk]) is None
    assert kept.kept(told[studies[1].pk]) is not None


def many(count):
    project = Project.objects.create(name="many")
    question = {"metric": "m", "direction": "lower", "smallest": 0.1, "trainer": "rehearsal"}
    for number in range(count):
        study = Study.objects.create(project=project, title=f"study {number}", **question)
        for place, name in enumerate(("before", "after")):
            study.arms.create(place=place, name=name)


def test_hundreds_come_page_by_page_at_no_more_queries(page_client):
    many(60)
    assert titles(page_client)[0] == "study 59"
    assert titles(page_client, "?page=3") == [f"study {n}" for n in range(9, -1, -1)]
    assert titles(page_client, "?page=99") == titles(page_client, "?page=3")
    page = page_client.get("/studies/?page=2&q=study").content.decode()
    assert "?page=3&amp;q=study" in page
    assert "Page 2 of 3" in page
    before = queries(page_client, "/studies/")
    Study.objects.filter(title__in=[f"study {n}" for n in range(50)]).delete()
    assert queries(page_client, "/studies/") == before


def test_the_list_is_304_until_a_run_moves(page_client):
    study = opened(page_client, "going")
    tag = page_client.get("/studies/")["ETag"]
    assert page_client.get("/studies/", headers={"If-None-Match": tag}).status_code == 304
    run = Run.objects.filter(memberships__arm__study=study)[0]
    Run.objects.filter(pk=run.pk).update(status="finished", version=run.version + 1)
    answer = page_client.get("/studies/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "1 of 6" in answer.content.decode()
