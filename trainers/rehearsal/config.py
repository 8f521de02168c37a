"""What a rehearsal can be told."""

from __future__ import annotations

from trainers.config import Config, Metric, Preset, Trainer, setting


class RehearsalConfig(Config):
    steps: int = setting(
        200,
        group="Run",
        title="Steps",
        help="How many steps are played.",
        unit="steps",
        ge=1,
        le=10_000_000,
    )
    step_seconds: float = setting(
        0.05,
        group="Run",
        title="Time per step",
        help="How long each step waits.",
        unit="s",
        ge=0,
        le=3600,
    )
    noise: float = setting(
        0.1,
        group="Curve",
        title="Noise",
        help="Standard deviation of the loss around its curve.",
        ge=0,
        le=100,
    )
    nan_at: int = setting(
        0,
        group="Faults",
        title="NaN at step",
        help="From this step on the loss is not a number. 0: never.",
        unit="steps",
        ge=0,
    )
    fail_at: int = setting(
        0,
        group="Faults",
        title="Fail at step",
        help="The process ends with an error at this step. 0: never.",
        unit="steps",
        ge=0,
    )
    checkpoint_every: int = setting(
        10,
        group="Run",
        title="Checkpoint every",
        help="After how many steps the state is saved, from which an interrupted run goes on.",
        unit="steps",
        ge=1,
    )


REHEARSAL = Trainer(
    name="rehearsal",
    title="Rehearsal",
    summary="Plays a falling loss without training: tries queue, worker and pages in seconds.",
    config=RehearsalConfig,
    entry="trainers.rehearsal.train:train",
    presets={
        "steady": Preset("Steady", "A loss that falls as it should.", {}),
        "nan": Preset("NaN", "The loss breaks at step 100.", {"nan_at": 100}),
        "crash": Preset("Crash", "The process dies at step 50.", {"fail_at": 50}),
    },
    metrics=(Metric("train/loss", "Training loss", "lower"),),
    primary="train/loss",
)
