"""The kinds of faults, and by what a verdict has named one. Imports no torch.

A fault is a change of the configuration, or something done to the loop and its batches from
outside (injections/): the trainers know nothing of it. Kinds of the split "dev" are those that
rules may be tuned on; "test" is for measuring.
"""

from __future__ import annotations

from trainers.faults import box, region, sdm
from trainers.faults.fault import Fault

FAULTS: dict[str, Fault] = {f.name: f for f in (*region.FAULTS, *sdm.FAULTS, *box.FAULTS)}
