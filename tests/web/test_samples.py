"""The samples tab: every box drawn or its absence told, whatever the step and whatever arrived."""

import json

import numpy as np
import pytest

from dashboard.metrics import store
from dashboard.runs import lifecycle, samples
from tests.conftest import lines
from trainers.samples import Box, Picture, Sample, Words, write


def pixels(value=9, height=30, width=40):
    return np.full((height, width, 3), value, np.uint8)


def arrive(run, folder, step, *cells, name="boxes", offset=0, without=()):
    """A sample as a trainer writes it and a worker brings it; the offset of what comes next."""
    file = write(folder, step, Sample(name, f"About {name}", tuple((cell,) for cell in cells)))
    for path in (folder / "samples").iterdir():
        if path.suffix not in without:
            samples.keep(run.pk, path.name, path.read_bytes())
    body = lines({"kind": "sample", "step": step, "name": name, "file": file})
    return store.append(run.pk, offset, body).offset


def tab(client, run, query=""):
    answer = client.get(f"/runs/{run.pk}/?tab=samples{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_run_without_samples_says_how_they_come_about(page_client, run):
    page = tab(page_client, run)
    assert "No samples yet" in page
    assert "recorder.sample(step" in page


def test_a_box_is_a_rectangle_of_its_kind_with_its_label(page_client, run, tmp_path):
    boxes = (Box((4, 5, 24, 20), "predicted", "0.91"), Box((5, 5, 25, 20), "true", "cat"))
    arrive(run, tmp_path, 10, Picture(pixels(), "a cat", boxes))
    page = tab(page_client, run)
    assert 'viewBox="0 0 40 30"' in page
    assert '<rect class="line" x="4.0" y="5.0" width="20.0" height="15.0"/>' in page
    assert page.index("box-true") < page.index('<rect class="line" x="4.0"')
    assert ">0.91</text>" in page
    assert "a cat (2 boxes; " in page


@pytest.mark.parametrize(
    ("corners", "told"),
    [
        ((float("nan"), 0, 5, 5), "1 box has corners that are not finite"),
        ((0, 0, float("inf"), 5), "1 box has corners that are not finite"),
        ((9, 9, 3, 3), "1 box has no area, or its corners are swapped"),
        ((50, 0, 60, 9), "1 box lies outside of the picture"),
    ],
)
def test_a_box_that_cannot_be_drawn_is_told(page_client, run, tmp_path, corners, told):
    arrive(run, tmp_path, 10, Picture(pixels(), "", (Box(corners, "predicted"),)))
    page = tab(page_client, run)
    assert told in page
    assert "<rect" not in page


def test_right_and_wrong_are_words_and_counted(page_client, run, tmp_path):
    cells = (Words("<b>a dog</b>"), Words("a cat", False), Picture(pixels(), "", right=True))
    arrive(run, tmp_path, 10, *cells)
    page = tab(page_client, run)
    assert "1 of 2 right" in page
    assert "wrong</span>" in page
    assert "&lt;b&gt;a dog" in page


def test_the_newest_step_is_shown_unless_one_is_asked_for(page_client, run, tmp_path):
    offset = arrive(run, tmp_path, 10, Words("early"))
    arrive(run, tmp_path, 20, Words("late"), offset=offset)
    assert "late" in tab(page_client, run)
    assert "early" not in tab(page_client, run)
    assert "early" in tab(page_client, run, "&step=10")
    assert "late" in tab(page_client, run, "&step=nonsense")


def test_two_steps_stand_side_by_side(page_client, run, tmp_path):
    offset = arrive(run, tmp_path, 10, Words("early"))
    arrive(run, tmp_path, 20, Words("late"), Words("more"), offset=offset)
    page = tab(page_client, run, "&step=20&versus=10")
    assert page.index("late") < page.index("early") < page.index("more")


def test_a_sample_that_only_one_of_the_steps_has_says_so(page_client, run, tmp_path):
    offset = arrive(run, tmp_path, 10, Words("early"))
    arrive(run, tmp_path, 20, Words("late"), name="other", offset=offset)
    page = tab(page_client, run, "&step=20&versus=10")
    assert "Nothing was written at this step." in page


def test_what_is_still_on_its_way_is_told(page_client, run, tmp_path):
    arrive(run, tmp_path, 10, Picture(pixels()), without=(".png", ".json"))
    assert "still on its way" in tab(page_client, run)


def test_a_picture_that_was_refused_leaves_a_word_in_its_place(page_client, run, tmp_path):
    arrive(run, tmp_path, 10, Picture(pixels(), "a cat"), without=(".png",))
    page = tab(page_client, run)
    assert "This picture has not arrived." in page
    assert "a cat" in page


def test_without_boxes_there_is_nothing_to_tick(page_client, run, tmp_path):
    arrive(run, tmp_path, 10, Words("x"), Picture(pixels()))
    assert "data-kind" not in tab(page_client, run)


def test_a_label_that_would_not_fit_ends_at_its_box(page_client, run, tmp_path):
    boxes = (Box((1, 9, 9, 20), "true", "cat"), Box((25, 9, 38, 20), "true", "a long label"))
    arrive(run, tmp_path, 10, Picture(pixels(), "", boxes))
    page = tab(page_client, run)
    assert 'text-anchor="start">cat' in page
    assert 'text-anchor="end">a long label' in page


def test_kinds_of_boxes_that_the_address_hides_are_not_ticked(page_client, run, tmp_path):
    arrive(run, tmp_path, 10, Picture(pixels(), "", (Box((1, 1, 9, 9), "true"),)))
    page = tab(page_client, run, "&hide=true")
    assert 'data-kind="before" checked' in page
    assert 'data-kind="true">' in page


def test_a_live_page_learns_of_a_sample_whose_files_came_late(page_client, worker, run, tmp_path):
    arrive(run, tmp_path, 10, Words("x"), without=(".json",))
    address = f"/runs/{run.pk}/?tab=samples"
    held = {"If-None-Match": page_client.get(address)["ETag"]}
    assert page_client.get(address, headers=held).status_code == 304
    (document,) = (tmp_path / "samples").iterdir()
    worker.put(f"/api/runs/{run.pk}/samples/{document.name}/", document.read_bytes())
    assert page_client.get(address, headers=held).status_code == 200


def test_an_ended_run_with_samples_waits_in_no_queue(page_client, run, tmp_path):
    offset = arrive(run, tmp_path, 10, Words("x"))
    arrive(run, tmp_path, 20, Words("x"), offset=offset)
    assert "in the queue." in tab(page_client, run)
    lifecycle.claim("host", "cpu:0")
    page = tab(page_client, run)
    assert 'id="sample-place"' in page
    assert "in the queue." not in page


def test_the_document_is_json_that_any_program_can_write(run, tmp_path):
    file = write(tmp_path, 3, Sample("a", "A", ((Words("x"),),)))
    told = json.loads((tmp_path / "samples" / file).read_text())
    assert set(told) == {"name", "title", "step", "rows"}


def test_a_caption_of_our_own_trainers_is_in_the_readers_language_and_others_are_not(
    page_client, run, tmp_path
):
    arrive(run, tmp_path, 1, Picture(pixels(), "query"), Picture(pixels(), "Queued"))
    asked = {"Accept-Language": "zh-hans"}
    page = page_client.get(f"/runs/{run.pk}/?tab=samples", headers=asked).content.decode()
    assert "<figcaption>查询</figcaption>" in page
    assert "<figcaption>Queued</figcaption>" in page
