"""The trainers there are. Imports no torch: pages and the API read it."""

from __future__ import annotations

from trainers.box_refinement.presets import BOX_REFINEMENT
from trainers.config import Trainer
from trainers.region_contrastive.presets import REGION_CONTRASTIVE
from trainers.rehearsal.config import REHEARSAL
from trainers.sdm_alignment.presets import SDM_ALIGNMENT

TRAINERS: dict[str, Trainer] = {
    trainer.name: trainer
    for trainer in (REGION_CONTRASTIVE, SDM_ALIGNMENT, BOX_REFINEMENT, REHEARSAL)
}
