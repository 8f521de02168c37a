"""The table of runs: columns, orders, pages, saved views."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.html import strip_tags

from dashboard.search.models import ColumnChoice, SavedView
from tests.search.given import made
from tests.web.given import queries, ran


def heads(answer):
    return [head["field"] for head in answer.context["heads"]]


def cells(answer):
    found = (re.findall(r"<td[^>]*>(.*?)</td>", row["cells"]) for row in answer.context["rows"])
    return [[strip_tags(cell) for cell in row] for row in found]


def names(answer):
    return [row["run"].name for row in answer.context["rows"]]


def test_an_empty_table_tells_the_first_step(page_client):
    assert b"No runs yet" in page_client.get("/table/").content


def test_the_first_columns_tell_the_runs_apart(page_client):
    made("one", params={"lr": 1, "same": 0}, metrics={"train/loss": [3]}, tags=["x"])
    made("other", params={"lr": 2, "same": 0})
    shown = heads(page_client.get("/table/"))
    assert shown[:4] == ["status", "health", "created", "duration"]
    assert "params.lr" in shown
    assert "params.same" not in shown
    assert "metrics.train/loss" in shown


def test_the_address_names_columns_and_order(page_client):
    made("low", params={"lr": 0.001}, metrics={"eval/map": [0.5, 0.1]}, note="first")
    made("high", params={"lr": 0.002}, metrics={"eval/map": [0.9, "NaN"]})
    asked = {"columns": "metrics.eval/map,metrics.eval/map.max,params.lr,note,nonsense"}
    answer = page_client.get("/table/", {**asked, "sort": "params.lr"})
    assert heads(answer) == ["metrics.eval/map", "metrics.eval/map.max", "params.lr", "note"]
    assert names(answer) == ["low", "high"]
    assert cells(answer)[0] == ["0.1", "0.5", "0.001", "first"]
    assert "NaN" in cells(answer)[1][0]
    assert b'aria-sort="ascending"' in answer.content


def test_every_column_can_be_shown_and_every_head_sorts(page_client):
    from dashboard.search.fields import ATTRIBUTES

    ran("one", tags=["a"])
    fields = [*ATTRIBUTES, "params.steps", "metrics.train/loss.min", "verdict.memory_bank"]
    answer = page_client.get("/table/", {"columns": ",".join(fields)})
    assert heads(answer) == [field for field in fields if field != "name"]
    for head in answer.context["heads"]:
        if head["sortable"]:
            sorted_by = page_client.get("/table/", {"sort": head["next"]})
            assert names(sorted_by) == ["one"], head


def test_what_one_sorts_by_is_shown(page_client):
    made("one", metrics={"eval/map": [1]})
    answer = page_client.get("/table/", {"sort": "-metrics.eval/map.max"})
    assert "metrics.eval/map.max" in heads(answer)


def test_an_order_that_there_is_not_is_told(page_client):
    made("one")
    assert b"cannot be sorted" in page_client.get("/table/?sort=nonsense").content


def test_a_choice_of_columns_is_remembered_and_put_into_the_address(page_client):
    made("one")
    answer = page_client.post("/table/columns/?q=one", {"columns": "seed,params.lr"})
    assert answer["Location"] == "/table/?q=one&columns=seed,params.lr"
    assert heads(page_client.get("/table/")) == ["seed", "params.lr"]
    page_client.post("/table/columns/?columns=seed", {"columns": ""})
    assert "status" in heads(page_client.get("/table/"))
    assert ColumnChoice.objects.get().columns == ""


def test_the_chooser_offers_differing_params_first(page_client):
    one = made("one", params={"a": 1, "z": 1}, metrics={"train/loss": [1]})
    other = made("other", params={"a": 1, "z": 2})
    asked = {"columns": "seed", "runs": f"{one.pk},{other.pk}"}
    page = page_client.get("/table/columns/", asked).content.decode()
    assert page.index('value="params.z"') < page.index('value="params.a"')
    assert 'value="metrics.train/loss.max"' in page
    assert 'value="verdict.memory_bank"' in page


def test_the_work_does_not_grow_with_the_rows(page_client):
    ran("one"), ran("two")
    few = queries(page_client, "/table/")
    for number in range(12):
        ran(f"more {number}")
    assert queries(page_client, "/table/") == few


def test_a_view_is_saved_shared_and_forgotten(page_client):
    made("one")
    page_client.post("/table/views/?q=one&sort=name&at=xyz", {"name": "mine", "shared": "1"})
    view = SavedView.objects.get()
    assert view.address == "q=one&sort=name"
    other = Client()
    other.force_login(User.objects.create_user("other"))
    assert b"mine" in other.get("/table/").content
    other.post("/table/views/", {"action": "remove", "view": view.pk})
    assert SavedView.objects.exists()
    page_client.post("/table/views/", {"action": "remove", "view": view.pk})
    assert not SavedView.objects.exists()


def test_a_private_view_is_seen_by_its_owner_alone(page_client):
    page_client.post("/table/views/?q=one", {"name": "secret"})
    other = Client()
    other.force_login(User.objects.create_user("other"))
    assert b"secret" in page_client.get("/table/").content
    assert b"secret" not in other.get("/table/").content


def test_ticked_runs_are_tagged(page_client):
    one, other = made("one", tags=["a"]), made("other")
    form = {"action": "tag", "runs": f"{one.pk},{other.pk}", "add": "b, c", "remove": "a"}
    answer = page_client.post("/table/?q=one", form, follow=True)
    assert b"Tags of 2 runs changed" in answer.content
    one.refresh_from_db()
    assert one.tags == ["b", "c"]


def test_nothing_new_is_304(page_client):
    made("one")
    first = page_client.get("/table/")
    again = page_client.get("/table/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    made("two")
    fresh = page_client.get("/table/", headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x>'])
def test_what_comes_from_outside_is_escaped(page_client, evil):
    made(evil, params={evil: evil}, tags=[evil], metrics={evil: [1]}, note=evil)
    page_client.post("/table/views/", {"name": evil})
    page_client.post("/table/columns/", {"columns": "note,tag"})
    page = page_client.get("/table/", {"q": f'"{evil[:3]}'}).content
    page += page_client.get("/table/").content + page_client.get("/table/columns/").content
    assert b"<script>alert" not in page
    assert b"<img src" not in page


def test_the_verdict_names_the_rules_that_speak_against_a_run(page_client):
    rules = {"box_units": "fail", "cache_hits": "fail", "collapse": "warn", "stall": "pass"}
    made("bad", verdicts=rules)
    made("fine", verdicts={"stall": "pass"})
    bad, fine = (strip_tags(row["cells"]) for row in _by_name(page_client))
    assert "Failing Units and format of boxes, Feature cache: hits +1" in " ".join(bad.split())
    assert "Passing" in fine
    assert "Stall" not in fine


def test_a_run_of_which_some_rules_wait_is_not_called_undecided(page_client):
    made("young", verdicts={"stall": "pass", "collapse": "waiting"})
    [row] = page_client.get("/table/?columns=health").context["rows"]
    assert "Nothing wrong so far" in strip_tags(row["cells"])


def test_the_likeliest_cause_is_a_column(page_client):
    run = made("bad", verdicts={"stall": "fail"})
    run.standings.update(cause="It is {why}.")
    [row] = page_client.get("/table/?columns=cause").context["rows"]
    assert strip_tags(row["cells"]) == "It is …."


def _by_name(client):
    return client.get("/table/?columns=health&sort=name").context["rows"]
