"""Two processes learn from regions as one does from twice the batch; their banks are equal."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from tests.trainers.given import short
from tests.trainers.several import in_two
from trainers import distributed
from trainers.loop import Loop
from trainers.region_contrastive.hard import NONE, Hard
from trainers.region_contrastive.task import RegionTask
from trainers.region_contrastive.tokens import tokenize

STEPS = 3
CPU = torch.device("cpu")
NAMES = ("region", "global", "hard")


def config(**values):
    """Half of the boxes are broken, so that the processes have unequal numbers of regions."""
    return short(
        **{
            "batch_size": 2,
            "bank_warmup": 0,
            "invalid_share": 0.5,
            "hard_weight": 0.5,
            "max_grad_norm": 0.0,
            "logit_scale_source": "value",  # a soft scale: the hard one of the checkpoint
            "logit_scale_value": 2.0,  # would magnify the rounding
            **values,
        }
    )


def merged(one, other):
    """Two batches as one."""
    width = max(one.hard.rows.shape[1], other.hard.rows.shape[1])
    rows = [torch.nn.functional.pad(b.hard.rows, (0, width - b.hard.rows.shape[1]), value=NONE)
            for b in (one, other)]  # fmt: skip
    rows[1] = torch.where(rows[1] == NONE, NONE, rows[1] + len(one.hard.texts))
    hard = Hard([*one.hard.texts, *other.hard.texts], torch.cat(rows))
    captions, texts = [*one.captions, *other.captions], [*one.texts, *other.texts]
    return replace(
        one,
        images=torch.cat([one.images, other.images]),
        captions=captions,
        texts=texts,
        boxes=torch.cat([one.boxes, other.boxes]),
        image_of=torch.cat([one.image_of, other.image_of + len(one.images)]),
        phrase=torch.cat([one.phrase, other.phrase]),
        hard=hard,
        words=tokenize([*captions, *texts, *hard.texts]),
    )


class TwiceTheBatch(RegionTask):
    """What two processes see at once."""

    def batch(self, forward):
        return merged(*(self.batches[2 * forward + rank] for rank in (0, 1)))


def steps(values, kind=RegionTask):
    """Gradients of every step, its losses, and the memory bank at the end."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    given = config(processes=distributed.world(), **values)
    task = kind(given, CPU, 0)
    loop = Loop(task, given, 0)
    gradients, told = [], []
    for _ in range(STEPS):
        row = loop.update()
        told.append([row[f"train/loss/{name}"] for name in NAMES if f"train/loss/{name}" in row])
        gradients.append([p.grad.clone() for p in loop.parameters if p.grad is not None])
    return gradients, told, task.bank.state_dict()


def nothing_here():
    """The second process has no region at all in its first forward pass."""
    torch.manual_seed(0)
    task = RegionTask(config(processes=2), CPU, 0)
    batch = task.batch(distributed.rank())
    if distributed.rank():
        none = torch.zeros(0, dtype=torch.long)
        empty = Hard([], torch.zeros(0, 0, dtype=torch.long))
        batch = replace(
            batch, boxes=batch.boxes[:0], image_of=none, phrase=none, texts=[], hard=empty,
            words=tokenize(batch.captions),
        )  # fmt: skip
    losses = task.losses(task.move(batch))
    torch.stack(list(losses.values())).sum().backward()
    return {name: float(loss.detach()) for name, loss in losses.items()}, task.bank.written


FILTERED: dict[str, Any] = {}
ALL_BOXES = {"hard_weight": 0.0, "filter_boxes": False}


def everything():
    """In one go: most of the time of such a test is that of starting two processes."""
    return steps(FILTERED), steps(ALL_BOXES), nothing_here()


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return in_two(tmp_path_factory.mktemp("two"), everything)


@pytest.mark.parametrize(
    ("place", "values"), [(0, FILTERED), (1, ALL_BOXES)], ids=["filtered", "all boxes"]
)
def test_two_processes_learn_as_one_with_twice_the_batch(both, place, values):
    alone, losses, bank = steps(values, TwiceTheBatch)
    for process in both:
        gradients, told, own_bank = process[place]
        assert torch.tensor(told) == pytest.approx(torch.tensor(losses), rel=1e-4)
        for one, other in zip(alone[0], gradients[0], strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
        assert torch.equal(bank["phrases"], own_bank["phrases"])
        torch.testing.assert_close(bank["regions"], own_bank["regions"], rtol=1e-3, atol=1e-4)


def test_a_process_without_a_region_waits_for_no_one(both):
    (one, written), (other, others) = (process[2] for process in both)
    assert one["region"] > 0 == other["region"]
    assert one["hard"] > 0 == other["hard"]
    assert written == others > 0
