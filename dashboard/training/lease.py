"""Keeping a claimed run: a thread of its own, so that no slow shipment costs the lease."""

from __future__ import annotations

import logging
import threading
from typing import Any

from dashboard.training import client

logger = logging.getLogger("runner")

BEAT = 1.0  # seconds between two renewals


class Lease:
    """Renewed every BEAT seconds until it is let go, or is another's."""

    def __init__(self, claim: dict[str, Any]) -> None:
        self.run_id = str(claim["id"])
        self.key = str(claim["lease"])
        self.stop_requested = False
        self.fenced = False  # the run is another's now: stop the trainer, report nothing
        self.quiet = threading.Lock()  # held while the end is reported: no renewal meanwhile
        self._let_go = threading.Event()
        threading.Thread(target=self._keep, daemon=True).start()

    def let_go(self) -> None:
        self._let_go.set()

    def _keep(self) -> None:
        while not self.fenced and not self._let_go.is_set():
            with self.quiet:
                if not self._let_go.is_set():
                    self._renew()
            self._let_go.wait(BEAT)

    def _renew(self) -> None:
        try:
            answer = client.renew(self.run_id, self.key)
        except client.Unreachable as error:
            logger.warning("lease not renewed: %s", error)
        except client.Refused as refused:
            logger.error("the run is not ours any more: %s", refused)
            self.fenced = True
        else:
            self.stop_requested = bool(answer["stop_requested"])
