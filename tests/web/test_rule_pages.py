"""The rules' own pages: what each looks at, how often it errs, what it says now."""

import pytest
from django.utils.translation import override

from dashboard.health.rules import RULES
from dashboard.health.wording import explained
from dashboard.web.templatetags.shown import marked_up
from tests.search.given import made
from tests.web.given import ran


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_a_page_in_both_languages(page_client, rule):
    for language in ("en", "zh-hans"):
        answer = page_client.get(f"/rules/{rule.name}/", headers={"Accept-Language": language})
        assert answer.status_code == 200


def test_a_rule_that_there_is_not_is_404(page_client):
    assert page_client.get("/rules/nonsense/").status_code == 404


def test_every_rule_is_listed_in_a_group(page_client):
    groups = page_client.get("/rules/").context["groups"]
    assert sum(len(group["rows"]) for group in groups) == len(RULES)


def test_it_says_which_runs_it_fails_and_why(page_client):
    run = ran("broken", losses=[3, "NaN", 1])
    answer = page_client.get("/rules/non_finite_loss/")
    [row] = answer.context["rows"]
    assert row["run"] == run
    assert f"/runs/{run.pk}/?tab=verdicts#non_finite_loss" in answer.content.decode()
    assert answer.context["counts"] == {"fail": 1}


def test_a_run_that_passes_is_counted_but_not_listed(page_client):
    made("fine", verdicts={"memory_bank": "pass"})
    answer = page_client.get("/rules/memory_bank/")
    assert answer.context["rows"] == []
    assert answer.context["counts"] == {"pass": 1}


def test_the_error_rate_is_said_with_its_bound(page_client):
    page = page_client.get("/rules/memory_bank/").content.decode()
    assert "simulated healthy runs" in page
    assert "95 %" in page


def test_what_was_not_measured_is_not_called_zero(page_client):
    page = page_client.get("/rules/stall/").content.decode()
    assert "Not measured yet" in page


def test_a_reader_of_chinese_gets_every_explanation_in_chinese():
    with override("zh-hans"):
        english = [rule.name for rule in RULES if set(explained(rule)) & set(rule.paragraphs)]
    assert not english


def test_the_words_of_a_rule_are_read_in_the_language_that_was_asked_for(page_client):
    asked = {"Accept-Language": "zh-hans"}
    page = page_client.get("/rules/memory_bank/", headers=asked).content.decode()
    assert "梯度累积" in page
    assert "gradient accumulation" not in page


def test_an_explanation_stays_the_same_text_when_its_source_is_wrapped_anew(page_client):
    page = page_client.get("/rules/memory_bank/").content.decode()
    assert "The warm-up is shown in optimizer steps, the unit of every chart. Where it is" in page


def test_every_verdict_leads_to_its_rule(page_client):
    run = ran("broken", losses=[3, "NaN", 1])
    found = page_client.get(f"/runs/{run.pk}/?tab=verdicts").context["found"]
    parts = (found.bad, found.remarks, found.waiting, found.not_applicable, found.passing)
    shown = [verdict for part in parts for verdict in part]
    assert len(shown) == len(RULES)
    assert all(verdict["page"] == f"/rules/{verdict['rule']}/" for verdict in shown)


def test_names_and_stress_are_set_and_products_are_not():
    told = marked_up("`train/loss` *stands still* at 2 * 3 * 4 <b>")
    assert told == ("<code>train/loss</code> <em>stands still</em> at 2 * 3 * 4 &lt;b&gt;")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_explanation_shows_its_marks(language):
    with override(language):
        for rule in RULES:
            told = "".join(marked_up(part) for part in explained(rule))
            assert "`" not in told, rule.name
            assert "*" not in told, rule.name
