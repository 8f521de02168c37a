"""The search's tables follow the runs."""

import pytest
from django.core.management import call_command

from dashboard.runs.models import Run, new_id
from dashboard.search import tagging
from dashboard.search.models import Param, Tag, Words
from dashboard.training.launching import launch
from tests.search.given import made, names

pytestmark = pytest.mark.django_db


def test_a_launched_run_is_found_at_once():
    launch("rehearsal", name="fresh", config={"steps": 17}, tags=["night"], seed=3)
    assert names("params.steps = 17 and tag = night and seed = 3") == ["fresh"]


def test_a_saved_change_is_found():
    run = made("old", params={"a": 1, "b": 2}, tags=["x"])
    run.name, run.config, run.tags = "new", {"a": 3}, ["y"]
    run.save()
    assert names("new and params.a = 3 and tag = y and params.b is null") == ["new"]
    assert names("old or params.a = 1 or tag = x") == []


def test_a_save_without_a_change_writes_no_row_anew():
    run = made("one", params={"a": 1})
    kept = Param.objects.get().pk
    run.save()
    assert Param.objects.get().pk == kept


def test_a_deleted_run_leaves_nothing_behind():
    made("one", params={"a": 1}, tags=["x"]).delete()
    assert not Param.objects.exists()
    assert not Tag.objects.exists()
    assert not Words.objects.exists()


def test_reindexing_finds_what_was_written_past_the_models(capsys):
    run = made("one", verdicts={"memory_bank": "fail"})
    Run.objects.filter(pk=run.pk).update(tags=["by hand"])
    run.standings.all().delete()
    assert names('tag = "by hand"') == []
    call_command("reindex")
    assert names('tag = "by hand" and verdict.memory_bank = fail') == ["one"]


def test_long_and_odd_settings_are_kept_as_far_as_they_are_searched():
    made("one", params={"a" * 300: "b" * 300, "list": [1, {"x": 2}], "big": 10**400})
    assert names(f"params.{'a' * 250} = {'b' * 250}") == ["one"]
    assert names("params.big is not null") == ["one"]


def test_tags_are_added_and_taken_away():
    one, other = made("one", tags=["a"]), made("other")
    before = one.version
    assert tagging.change([one.pk, other.pk, "gone"], ["b"], ["a"]) == 2
    assert names("tag = b") == ["other", "one"]
    assert names("tag = a") == []
    one.refresh_from_db()
    assert (one.tags, one.version > before) == (["b"], True)
    assert tagging.change([one.pk], ["b"], []) == 0


def test_tags_are_read_from_a_line():
    assert tagging.read_tags(" a, b c，检索 ,, a") == ["a", "b c", "检索"]


def test_ids_sort_by_their_age():
    ids = [new_id() for _ in range(50)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 50
    assert all(len(one) == 32 for one in ids)
