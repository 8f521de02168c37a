"""Short box refinements and what they wrote."""

import functools

import torch

from tests.trainers.recorded import StoppingRecorder, events
from trainers.box_refinement import encoder
from trainers.box_refinement.train import train
from trainers.catalog import TRAINERS
from trainers.config import complete

BOX = TRAINERS["box_refinement"]
SHORT = {
    "steps": 6,
    "batch_size": 4,
    "warmup_steps": 1,
    "train_images": 8,
    "evaluation_images": 4,
    "evaluate_every": 0,
    "checkpoint_every": 100,
    "width": 16,
}
CPU = torch.device("cpu")


def short(preset="", **values):
    return complete(BOX, preset, {**SHORT, **values})


def trained(run_dir, config, *, seed=0, stop_after=None):
    """The events of a run of this configuration, which is asked to stop after some updates."""
    recorder = StoppingRecorder(run_dir, stop_after)
    train(config, recorder=recorder, run_dir=run_dir, seed=seed)
    return events(run_dir)


def curves(run_events):
    """Every number by (step, name), but for times, which a second run may change."""
    return {
        (event["step"], name): value
        for event in run_events
        if event["kind"] == "scalars"
        for name, value in event["values"].items()
        if not name.startswith("time/")
    }


def total(run_events, name):
    return sum(value for (_, curve), value in curves(run_events).items() if curve == name)


@functools.cache
def small_encoder():
    return encoder.load(short(), CPU)
