"""The trainers there are. Imports no torch: pages and the API read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trainers.box_refinement.presets import BOX_REFINEMENT
from trainers.command.place import commands_file
from trainers.command.register import Watched
from trainers.config import Trainer
from trainers.region_contrastive.presets import REGION_CONTRASTIVE
from trainers.rehearsal.config import REHEARSAL
from trainers.sdm_alignment.presets import SDM_ALIGNMENT

BUILT_IN: dict[str, Trainer] = {
    trainer.name: trainer
    for trainer in (REGION_CONTRASTIVE, SDM_ALIGNMENT, BOX_REFINEMENT, REHEARSAL)
}


class Catalogue(Mapping[str, Trainer]):
    """What is built in, then the commands of the administrator's file as it stands now."""

    def __init__(self) -> None:
        self._commands = Watched(BUILT_IN.keys())

    def __getitem__(self, name: str) -> Trainer:
        return BUILT_IN[name] if name in BUILT_IN else self._commands.now().trainers[name]

    def __iter__(self) -> Iterator[str]:
        yield from BUILT_IN
        yield from self._commands.now().trainers

    def __len__(self) -> int:
        return len(BUILT_IN) + len(self._commands.now().trainers)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the administrator's file, a line each; empty where nothing is."""
        return self._commands.now().problems

    def unknown(self, name: str) -> str:
        """Why there is no trainer of that name, and where commands come from."""
        there = f"there is no trainer {name!r}; there are: {', '.join(self)}."
        wrong = " ".join(f"It cannot be used as it is: {text}." for text in self.problems)
        return f"{there} Commands are registered in {commands_file()} of this host. {wrong}".strip()


TRAINERS = Catalogue()
