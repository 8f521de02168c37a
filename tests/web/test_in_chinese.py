"""Who reads Chinese meets no English sentence of ours: on any page, and in what is refused."""

import re
from html.parser import HTMLParser

import pytest

from dashboard.health.examination import examine
from dashboard.runs.models import Run
from dashboard.training.launching import launch
from dashboard.web import texts
from tests.web.given import logged, ran
from tests.web.test_launch import typed
from tests.web.test_study_pages import finished, opened

pytestmark = pytest.mark.django_db
ASKED = {"Accept-Language": "zh-hans"}
HAN = re.compile("[一-鿿]")
WORD = re.compile(r"(?<![\w/.:-])[A-Za-z][a-z]+(?![\w/:=-])")  # no name of a metric or setting
AS_WRITTEN = {"script", "style", "code", "pre", "textarea"}
EMPTY = {"br", "hr", "image", "img", "input", "link", "meta", "path", "rect", "source", "use"}
SPOKEN = ("alt", "aria-label", "placeholder", "title")


class Visible(HTMLParser):
    """What of a page is read, or read out; code and logs are in no language."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.inside = 0
        self.texts: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag not in EMPTY and (
            self.inside or tag in AS_WRITTEN or "mono" in (named.get("class") or "").split()
        ):
            self.inside += 1
        said = [v for k, v in attrs if v and (k in SPOKEN or k.startswith("data-word"))]
        self.texts.update(said if not self.inside else ())

    def handle_endtag(self, tag):
        self.inside -= bool(self.inside and tag not in EMPTY)

    def handle_data(self, data):
        if not self.inside:
            self.texts.add(" ".join(data.split()))


@pytest.fixture(scope="module")
def ours():
    """Every text of ours that is another one in Chinese."""
    return {m.id for m in texts.kept() if isinstance(m.id, str) and m.string != m.id} - {""}


def english(page, ours):
    """What has no Chinese and is a text of ours, or a sentence. A word alone may be a value."""
    read = [text for text in Visible(page).texts if not HAN.search(text)]
    known = {text for text in read if text in ours and not text.islower()}
    return sorted(known | {text for text in read if len(WORD.findall(text)) > 2})


@pytest.fixture
def run(db):
    """One that fails, and is a repair of another."""
    before = ran("erste", losses=[3, "NaN", 1], tags=["nacht"])
    return ran("zweite", losses=[3, "NaN", 1], baseline=before)


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/table/", "/table/verdicts/", "/health/", "/rules/", "/rules/memory_bank/"),
        *("/launch/", "/launch/region_contrastive/", "/launch/sdm_alignment/"),
        *("/launch/box_refinement/", "/launch/rehearsal/", "/machines/", "/studies/"),
        *("/studies/new/", "/studies/new/?trainer=sdm_alignment", "/notices/", "/storage/"),
        *("/backtests/", "/thresholds/", "/thresholds/?project={run.project_id}", "/trash/"),
        *(f"/runs/{{run.pk}}/?tab={tab}" for tab in ("verdicts", "configuration", "samples")),
        *("/runs/{run.pk}/", "/runs/{run.pk}/?tab=system", "/launch/rehearsal/?clone={run.pk}"),
        "/compare/?runs={run.pk},{run.baseline_id}",
    ],
)
def test_no_page_has_an_english_sentence(page_client, run, ours, address):
    answer = page_client.get(address.format(run=run), headers=ASKED)
    assert answer.status_code == 200
    assert not english(answer.content.decode(), ours)


@pytest.mark.parametrize("address", ["/nowhere/", "/?q=loss+%3E", "/table/?q=%28", "/?q=tag+%3D+x"])
def test_what_is_not_there_or_not_understood_is_told_in_chinese(page_client, run, ours, address):
    page = page_client.get(address, headers=ASKED).content.decode()
    assert not english(page, ours)


@pytest.mark.parametrize(
    "changes",
    [
        {"config-steps": "-1", "project": "", "seed": "x", "priority": "9999"},
        {"config-targets": "loss below 1"},
        {"config-targets": "train/loss < x at 5"},
        {"config-steps": "many", "config-device": "tpu"},
    ],
)
def test_what_the_launch_form_refuses_is_told_in_chinese(page_client, ours, changes):
    form = typed("region_contrastive", **changes)
    answer = page_client.post("/launch/region_contrastive/", form, headers=ASKED)
    assert answer.status_code == 422
    assert not english(answer.content.decode(), ours)


def test_a_study_asks_and_answers_in_chinese(page_client, ours):
    study = opened(page_client, title="erste", guardrails="time/step lower 0.5")
    going = page_client.get(f"/studies/{study.pk}/", headers=ASKED).content.decode()
    finished(study, [1.0, 1.1, 0.9], [0.5, 0.59, 0.42])
    Run.objects.filter(pk=study.arms.first().members.first().run_id).update(status="failed")
    for address in (f"/studies/{study.pk}/", f"/studies/{study.pk}/question/", "/studies/"):
        page = page_client.get(address, headers=ASKED)
        assert page.status_code == 200
        assert not english(page.content.decode(), ours)
    assert not english(going, ours)


def test_trying_a_fix_and_trying_thresholds_are_in_chinese(page_client, ours):
    run = launch("region_contrastive", name="dritte", seed=0)
    logged(run, [3, "NaN", 1])
    examine(run)
    form = {"project": run.project_id, "hidden_failure.streak": "3", "runs": "5"}
    backtest = page_client.post("/backtests/", form).headers["Location"]
    for address in (f"/runs/{run.pk}/try/non_finite_loss/", backtest):
        answer = page_client.get(address, headers=ASKED)
        assert answer.status_code == 200
        assert not english(answer.content.decode(), ours)


def test_an_english_sentence_would_be_seen(ours):
    page = (
        "<p title='Launch a run'>很好</p><i>You cannot do that.</i><code>not this one here</code>"
    )
    assert english(page, ours) == ["Launch a run", "You cannot do that."]
