"""Two processes refine the boxes of both and share one cache."""

import pytest
import torch

from tests.trainers.box_refinement.given import CPU, short
from tests.trainers.several import in_two
from trainers import distributed
from trainers.box_refinement.batches import Batch
from trainers.box_refinement.task import BoxTask


def task(folder):
    torch.manual_seed(0)
    config = short(batch_size=4, train_images=8, precision="fp32")
    made = BoxTask(config, CPU, 0, folder)
    torch.nn.init.normal_(made.model.last.weight, std=0.01)
    return made


def learnt(made, batch):
    made.model.zero_grad()
    losses = made.losses(made.move(batch))
    total = losses["l1"] + 2 * losses["giou"]
    total.backward()
    distributed.average_gradients(list(made.model.parameters()))
    values = distributed.mean({name: float(loss.detach()) for name, loss in losses.items()})
    gradients = {name: p.grad.clone() for name, p in made.model.named_parameters()}
    return values, gradients, made.numbers()


def one_of_two(folder):
    made = task(folder)
    return [learnt(made, made.batch(2 * turn + distributed.rank())) for turn in range(2)]


def whole(made):
    """What both processes had at their first turn, as one batch."""
    one, other = made.batch(0), made.batch(1)
    return Batch(
        one.examples + other.examples,
        torch.cat([one.boxes, other.boxes]),
        torch.cat([one.proposals, other.proposals]),
        torch.cat([one.image_of, other.image_of + len(one.examples)]),
        torch.cat([one.longest, other.longest]),
    )


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two")
    return in_two(folder, one_of_two, folder)


def test_gradients_are_those_of_one_process_with_both_batches(both, tmp_path):
    made = task(tmp_path)
    one, other = made.batch(0), made.batch(1)
    assert len(one.boxes) != len(other.boxes)  # plain means would not be the mean over boxes
    values, gradients, told = learnt(made, whole(made))
    for turns in both:
        assert turns[0][0] == pytest.approx(values, rel=1e-5)
        for name, gradient in gradients.items():
            gap = (gradient - turns[0][1][name]).norm()
            assert float(gap / gradient.norm()) < 1e-5, name
        for name in ("box/l1", "box/iou", "box/giou_loss", "data/pairs_a", "cache/requests"):
            assert turns[0][2][name] == pytest.approx(told[name], rel=1e-5), name


def test_each_feature_is_written_once_and_found_by_the_other_process(both):
    for first, second in both:
        assert (first[2]["cache/requests"], first[2]["cache/hits"]) == (8, 0)
        assert first[2]["cache/written"] == second[2]["cache/written"] == 8
        assert second[2]["cache/seen_before"] == second[2]["cache/hits_seen_before"] == 8
        assert second[2]["cache/hit_rate"] == 1


def test_both_processes_tell_the_same(both):
    mine, others = both
    for name in mine[0][2]:
        if not name.startswith(("time/", "cache/bytes")):  # it knows of its own last write
            assert mine[0][2][name] == others[0][2][name], name
