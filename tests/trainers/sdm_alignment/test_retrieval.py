"""After an evaluation every modality shows queries and their nearest pictures, right or wrong."""

import torch

from tests.trainers.recorded import events
from tests.trainers.sdm_alignment.given import short, task, trained
from trainers.data.people import ANCHOR
from trainers.samples import Picture, Words
from trainers.sdm_alignment.evaluation import cosines
from trainers.sdm_alignment.retrieval import NEAREST


def evaluated():
    made = task(evaluation_identities=6)
    made.model.eval()
    made.evaluate()
    return made


def test_nothing_is_shown_before_the_first_evaluation():
    assert task().samples() == []


def test_every_modality_shows_a_query_and_its_nearest_pictures():
    found = {sample.name: sample for sample in evaluated().samples()}
    assert set(found) == {f"retrieval/{m}" for m in ("infrared", "pencil", "sketch", "text")}
    for name, sample in found.items():
        for query, *near in sample.rows:
            assert isinstance(query, Words if name.endswith("text") else Picture)
            assert query.right is None
            assert len(near) == NEAREST
            assert all(picture.pixels.shape == (64, 32, 3) for picture in near)


def test_the_first_is_right_where_recall_counts_it():
    made = evaluated()
    [sample] = [s for s in made.samples() if s.name == "retrieval/infrared"]
    rows, who = made.gallery.queries("infrared")
    best = cosines(made.gallery, made.found, "infrared").argmax(dim=1)
    right = made.gallery.identity[made.gallery.present[ANCHOR]][best] == who
    first = torch.nonzero(rows)[0, 0]
    assert first == 0
    assert sample.rows[0][1].right == bool(right[0])


def test_a_run_writes_them(tmp_path):
    trained(tmp_path, short(steps=1))
    told = [event["name"] for event in events(tmp_path) if event["kind"] == "sample"]
    assert told.count("retrieval/text") == 2
