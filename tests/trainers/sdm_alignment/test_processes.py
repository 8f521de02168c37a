"""Two processes align the records of both: losses, gradients and running means of one batch."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from tests.trainers.sdm_alignment.given import task
from tests.trainers.several import in_two
from trainers import distributed
from trainers.sdm_alignment.data import Batch

CASES: dict[str, dict[str, Any]] = {
    "masked": {},
    "unmasked": {"mask_missing": False},
    "reverse": {"objective": "reverse_kl", "target_rows": "raw"},
}


def lacking(batch):
    """The batch without any sketch."""
    none = torch.zeros_like(batch.present["sketch"])
    images = {m: found for m, found in batch.images.items() if m != "sketch"}
    return replace(batch, present={**batch.present, "sketch": none}, images=images)


def batch_of(trained, forward):
    batch = trained.batch(forward)
    return lacking(batch) if forward == 1 else batch  # only the first process has sketches


def learnt(trained, batch):
    """Losses, gradients, buffers and telemetry of one forward pass."""
    with torch.random.fork_rng(devices=[]):
        losses = trained.losses(trained.move(batch))
    total = torch.stack([trained.loss_weights[name] * loss for name, loss in losses.items()]).sum()
    total.backward()
    distributed.average_gradients(list(trained.model.parameters()))
    gradients = {name: p.grad for name, p in trained.model.named_parameters()}
    values = {name: float(loss.detach()) for name, loss in losses.items()}
    return values, gradients, dict(trained.model.named_buffers()), trained.telemetry.take()


def one_of_two():
    found = {}
    for case, values in CASES.items():
        trained = task(missing_share=0.5, **values)
        found[case] = learnt(trained, batch_of(trained, distributed.rank()))
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return in_two(tmp_path_factory.mktemp("two"), one_of_two)


def whole(trained):
    first, second = batch_of(trained, 0), batch_of(trained, 1)
    images = {
        m: torch.cat([b.images[m] for b in (first, second) if m in b.images])
        for m in {*first.images, *second.images}
    }
    both = Batch(
        torch.cat([first.identity, second.identity]),
        {m: torch.cat([first.present[m], second.present[m]]) for m in first.present},
        images,
        first.captions + second.captions,
    )
    return both.tokenized(trained.tokenize)


@pytest.mark.parametrize("case", CASES)
def test_gradients_are_those_of_one_process_with_both_batches(both, case):
    trained = task(missing_share=0.5, **CASES[case])
    values, gradients, buffers, told = learnt(trained, whole(trained))
    for process in both:
        other = process[case]
        assert other[0] == pytest.approx(values, rel=1e-5)
        assert gradients.keys() == other[1].keys()
        for name, gradient in gradients.items():
            assert (gradient is None) == (other[1][name] is None), name
            assert gradient is None or off(gradient, other[1][name]) < 1e-4, name
        assert all(off(buffer, other[2][name]) < 1e-4 for name, buffer in buffers.items())
        assert other[3] == pytest.approx(told, rel=1e-3, abs=1e-4)


def off(one, other):
    """Length of the difference as a share of the length; a bias before a neck has no gradient."""
    return float((one - other).norm() / one.norm().clamp(min=0.1))


def test_processes_see_different_people(tmp_path):
    trained = task()
    first, second = trained.batch(0).identity.tolist(), trained.batch(1).identity.tolist()
    assert not set(first) & set(second)
