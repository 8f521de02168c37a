"""The rules' own pages: what each looks at, how often it errs, what it says now."""

import pytest

from dashboard.health.rules import RULES
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


def test_a_reader_of_chinese_is_told_that_the_explanation_is_english(page_client):
    asked = {"Accept-Language": "zh-hans"}
    page = page_client.get("/rules/memory_bank/", headers=asked).content.decode()
    assert '<div lang="en">' in page
    assert "英文" in page


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


def test_no_docstring_shows_its_marks(page_client):
    for rule in RULES:
        told = marked_up(rule.explanation)
        assert "`" not in told, rule.name


def test_ranges_of_thresholds_are_written_out(page_client):
    page = page_client.get("/rules/pairs_mismatched/").content.decode()
    assert "0 – 1,000,000" in page
    assert "e+6" not in page
