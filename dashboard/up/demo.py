"""Something to see within two minutes: a run with a known fault, and the same run repaired."""

from __future__ import annotations

from dashboard.places import data_dir
from dashboard.training.launching import launch

TRAINER = "region_contrastive"
SEED = 7  # one for both, so that the presets alone differ


def queue_demo() -> bool:
    """Queue the pair. False where this data directory has had it before."""
    done = data_dir() / "demo-queued"
    if done.exists():
        return False
    before = launch(TRAINER, preset="before", seed=SEED, tags=["demo"])
    launch(TRAINER, preset="after", seed=SEED, tags=["demo"], baseline=before)
    done.touch()
    return True
