"""Worker hosts for programs: who is there, what runs where, how busy each is."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboard.api.access import MayRead
from dashboard.training.machines import Machine, Slot, machines


class Machines(APIView):
    permission_classes = (MayRead,)

    @extend_schema(operation_id="machines", responses={200: dict})
    def get(self, request: Request) -> Response:
        """{"machines": those at work first, each with its slots and its latest readings}.

        cpu/* in processors, memory/* and disk/* in bytes, rates in bytes a second.
        """
        return Response({"machines": [_told(machine) for machine in machines()]})


def _told(machine: Machine) -> dict[str, Any]:
    return {
        "name": machine.name,
        "alive": machine.is_alive,
        "seen_at": machine.seen_at,
        "version": machine.version,
        "slots": [_slot(slot) for slot in machine.slots],
        "readings": machine.readings,
        "words": machine.words,
    }


def _slot(slot: Slot) -> dict[str, Any]:
    run = slot.run.pk if slot.run else None
    return {"name": slot.name, "run": run, "gpu": slot.gpu, "readings": slot.readings}
