"""Studies for programs: what opens one, what is refused, and what the answer says."""

import json

import pytest

from dashboard.comparison.models import Member, Study
from dashboard.runs.models import Run, Status
from tests.web.given import logged, ran

pytestmark = pytest.mark.django_db

QUESTION = {"title": "Less noise", "metric": "train/loss", "direction": "lower", "smallest": 0.1}
FRESH = {
    **QUESTION,
    "trainer": "rehearsal",
    "config": {"steps": 20, "noise": 0.3},
    "patch": {"noise": 0.0},
    "seeds": 2,
}


@pytest.fixture
def program(as_scope):
    return as_scope("member")


def post(client, path, body):
    return client.post(f"/api/studies/{path}", json.dumps(body), content_type="application/json")


def opened(client, **more):
    answer = post(client, "", {**FRESH, **more})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def finish(study, values):
    for member in Member.objects.filter(arm__study=study["id"]).select_related("arm", "run"):
        assert member.run
        logged(member.run, [9.0, values[member.arm.name][member.seed]])
        Run.objects.filter(pk=member.run_id).update(status=Status.FINISHED)


def test_opening_a_study_queues_its_runs(program):
    study = opened(program)
    assert [arm["name"] for arm in study["arms"]] == ["before", "after"]
    assert [len(arm["runs"]) for arm in study["arms"]] == [2, 2]
    assert study["created_by"] == "token test member"
    assert Run.objects.filter(status=Status.QUEUED).count() == 4


def test_the_answer_has_effect_interval_test_and_a_sentence(program):
    study = opened(program, seeds=3)
    finish(study, {"before": [1.0, 1.1, 0.9], "after": [0.5, 0.59, 0.42]})
    [told] = program.get(f"/api/studies/{study['id']}/answer/").json()["comparisons"]
    assert told["verdict"] == "improved"
    assert told["effect"] == pytest.approx(-0.4967, abs=1e-3)
    assert told["interval"]["level"] == 0.96
    assert told["test"] == "paired_t"
    assert told["says"].startswith("Improved: train/loss of after is -0.497 against before")
    assert told["exact_p"] == told["least_p"] == 0.25
    assert next(row["standing"] for row in told["differences"]) == "intended"


def test_the_sentence_is_in_the_language_that_is_asked_for(program):
    study = opened(program)
    address = f"/api/studies/{study['id']}/answer/"
    [told] = program.get(address, headers={"Accept-Language": "zh-hans"}).json()["comparisons"]
    assert "4 个运行中已有 0 个结束" in told["says"]


def test_seeds_are_added(program):
    study = opened(program)
    answer = post(program, f"{study['id']}/seeds/", {"count": 2})
    assert answer.status_code == 201
    assert [run["seed"] for run in answer.json()["arms"][0]["runs"]] == [0, 1, 2, 3]


def test_a_change_of_the_question_is_shown(program):
    study = opened(program)
    body = json.dumps({"smallest": 0.2})
    path = f"/api/studies/{study['id']}/"
    told = program.patch(path, body, content_type="application/json").json()
    assert told["smallest"] == 0.2
    [change] = told["changes"]
    assert (change["field"], change["before"], change["after"]) == ("smallest", 0.1, 0.2)


def test_runs_that_are_there_are_compared(program):
    before = [ran(losses=(2.0, 1.0 + 0.1 * n)).pk for n in range(2)]
    after = [ran(losses=(2.0, 0.4 + 0.1 * n)).pk for n in range(2)]
    answer = post(program, "", {**QUESTION, "runs": {"before": before, "after": after}})
    assert answer.status_code == 201
    assert answer.json()["afterwards"]


def test_a_difference_is_explained(program):
    study = opened(program)
    body = {"difference": "config.noise", "reason": "meant"}
    assert post(program, f"{study['id']}/explanations/", body).status_code == 200
    assert Study.objects.get().explanations["config.noise"]["by"] == "token test member"


def test_a_difference_that_is_none_is_not_explained(program):
    study = opened(program)
    body = {"difference": "machine.hast", "reason": "twins"}
    answer = post(program, f"{study['id']}/explanations/", body)
    assert answer.status_code == 400
    assert "they do in: config.noise" in answer.json()["errors"]["difference"]


def test_a_fix_is_taken_apart(program):
    parts = [{"name": "a", "patch": {"noise": 0.0}}, {"name": "b", "patch": {"steps": 30}}]
    study = opened(program, patch={}, parts=parts, design="factorial")
    assert [arm["name"] for arm in study["arms"]] == ["before", "without b", "without a", "after"]


@pytest.mark.parametrize(
    ("more", "field", "told"),
    [
        ({"smallest": 0}, "smallest", "a number above 0"),
        ({"patch": {"nose": 1}}, "nose", "no such field"),
        ({"patch": {}}, "patch", "changes nothing"),
        ({"seed": 1}, "seed", "There is no such field"),
        ({"runs": {"before": [], "after": []}}, "non_field_errors", "Give one of"),
        ({"verdict": {"run": "nobody", "rule": "x"}}, "verdict", "Invalid pk"),
        ({"direction": "up"}, "direction", "not a valid choice"),
        ({"seeds": 1000}, "seeds", "1 to 100"),
    ],
)
def test_what_cannot_be_studied_is_refused_with_its_field(program, more, field, told):
    answer = post(program, "", {**FRESH, **more})
    assert answer.status_code == 400
    assert told in json.dumps(answer.json()["errors"][field])
    assert not Study.objects.exists()


def test_a_rule_without_a_verdict_cannot_be_tried(program):
    body = {**QUESTION, "verdict": {"run": ran().pk, "rule": "nobody"}}
    answer = post(program, "", body)
    assert answer.status_code == 400
    assert "no verdict of the rule nobody" in answer.json()["errors"]["rule"]


def test_the_newest_studies_come_first(program):
    first, second = opened(program), opened(program, title="Another", project="other")
    told = program.get("/api/studies/").json()
    assert [one["id"] for one in told["results"]] == [second["id"], first["id"]]
    assert not told["more"]
    of_project = program.get("/api/studies/?project=other").json()["results"]
    assert [one["title"] for one in of_project] == ["Another"]
    older = program.get(f"/api/studies/?before={second['id']}").json()["results"]
    assert [one["id"] for one in older] == [first["id"]]


def test_a_viewer_reads_and_changes_nothing(program, as_scope):
    study, viewer = opened(program), as_scope("viewer")
    assert viewer.get(f"/api/studies/{study['id']}/answer/").status_code == 200
    assert post(viewer, "", FRESH).status_code == 403
    assert post(viewer, f"{study['id']}/seeds/", {"count": 1}).status_code == 403


def test_a_study_that_is_not_there_is_not_found(program):
    assert program.get("/api/studies/nobody/").status_code == 404
    assert program.get("/api/studies/nobody/answer/").status_code == 404


def test_a_request_that_is_sent_again_with_its_key_opens_one_study(program):
    first = opened(program, key="mine")
    again = post(program, "", {**FRESH, "key": "mine"})
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert Run.objects.count() == 4


def test_what_is_refused_is_told_in_the_language_of_the_request(program):
    body = json.dumps({**FRESH, "smallest": 0})
    answer = program.post(
        "/api/studies/", body, content_type="application/json", headers={"Accept-Language": "zh"}
    )
    assert "有意义的最小效应" in answer.json()["errors"]["smallest"]
