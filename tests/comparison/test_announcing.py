"""A study tells its answer once, when the last of its runs has ended, and its runs tell nothing."""

import pytest

from dashboard.comparison import announcing
from dashboard.comparison.announcing import announce
from dashboard.comparison.existing import from_runs
from dashboard.comparison.queueing import add_seeds
from dashboard.notices.formats import webhook
from dashboard.notices.models import NEWS, Delivery, Notice
from dashboard.notices.wording import told
from dashboard.runs.models import Run, Status
from tests.comparison.given import LIN, answered, asked, finish, opened, runs_of
from tests.notices.given import channel, judged, verdict

pytestmark = pytest.mark.django_db


def test_an_answered_study_is_told_once():
    study = opened()
    answered(study, [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    assert announce() == 1
    assert announce() == 0
    notice = Notice.objects.get()
    assert (notice.run, notice.state) == (None, NEWS)
    assert notice.news["path"] == f"/studies/{study.pk}/"


def test_a_study_whose_runs_go_on_is_not_told():
    study = opened()
    for run in runs_of(study, "before"):
        finish(run, 1.0)
    assert announce() == 0
    assert not Notice.objects.exists()


def test_crashed_and_deleted_runs_keep_no_study_from_being_told():
    study = opened()
    answered(study, [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    crashed, deleted, *_ = runs_of(study, "after")
    Run.objects.filter(pk=crashed.pk).update(status=Status.FAILED)
    deleted.delete()
    assert announce() == 1


def test_the_answer_after_more_seeds_is_told_again():
    study = opened()
    answered(study, [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    announce()
    more = add_seeds(study, 1, LIN)
    assert announce() == 0
    for run in more:
        finish(run, 0.6)
    assert announce() == 1


def test_who_comes_second_tells_nothing(monkeypatch):
    """Two houses are kept for a moment, as where one is taken for dead."""
    study = opened()
    answered(study, [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    seen = announcing._answered()
    assert announce() == 1
    monkeypatch.setattr(announcing, "_answered", lambda: seen)
    assert announce() == 0
    assert Notice.objects.count() == 1


def test_seeds_that_are_added_while_it_is_concluded_keep_it_back(monkeypatch):
    study = opened()
    answered(study, [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    seen = announcing._answered()
    add_seeds(study, 1, LIN)
    monkeypatch.setattr(announcing, "_answered", lambda: seen)
    assert announce() == 0
    assert not Notice.objects.exists()


def test_who_asks_about_ended_runs_is_not_told_what_they_see():
    first = opened()
    answered(first, [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    announce()
    from_runs(asked(), runs_of(first, "before"), runs_of(first, "after"), LIN)
    assert announce() == 0


def test_verdicts_on_the_runs_of_a_study_ring_no_bell():
    study = opened()
    for run in (*runs_of(study, "before"), *runs_of(study, "after")):
        judged(run, verdict("fail"))
    assert not Notice.objects.exists()


def test_channels_that_want_no_answers_get_none():
    wanted, unwanted = channel(name="a"), channel(name="b", news=False)
    other = channel(name="c", project=None, warnings=False)
    answered(opened(), [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    announce()
    sent = set(Delivery.objects.values_list("channel", flat=True))
    assert sent == {wanted.pk, other.pk}
    assert unwanted.pk not in sent


def test_the_bell_and_the_pages_tell_the_answer(page_client):
    answered(opened(), [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    announce()
    page = page_client.get("/notices/").content.decode()
    assert "Study “Less noise”: Improved" in page
    assert "train/loss of after" in page
    notice = Notice.objects.get()
    assert page_client.get(f"/notices/{notice.pk}/").url == notice.news["path"]
    chinese = page_client.get("/notices/", headers={"Accept-Language": "zh-hans"})
    assert "研究「Less noise」：有改善" in chinese.content.decode()


def test_a_webhook_gets_the_answer_as_news(monkeypatch):
    monkeypatch.setenv("FIXPOINT_URL", "https://fixpoint.example.org")
    channel()
    study = opened()
    answered(study, [1.0, 1.1, 1.2], [0.5, 0.61, 0.69])
    announce()
    body = webhook(told(Delivery.objects.get()))
    assert (body["type"], body["state"]) == ("news", "news")
    assert body["link"].endswith(f"/studies/{study.pk}/")
    assert body["sentence"].startswith("Study “Less noise”: Improved. Improved: train/loss")
    assert body["run"] == {"id": "", "name": "", "number": None, "project": "default"}
