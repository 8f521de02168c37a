"""Many small chunks of a curve's tail become one packed chunk."""

from __future__ import annotations

import numpy as np

from dashboard.metrics import codec
from dashboard.metrics.models import Chunk, Curve
from dashboard.metrics.series import Series

LONG_TAIL = 64  # chunks: a curve is read in about as many row visits as it has


def seal_long_tails(curve_ids: list[int]) -> None:
    """Seal the curves whose tail has grown long. Runs inside the writer's transaction."""
    for curve in Curve.objects.filter(pk__in=curve_ids, tail__gte=LONG_TAIL):
        tail = list(curve.chunks.filter(sealed=False).order_by("pk"))
        for attempt in {chunk.attempt for chunk in tail}:
            _seal(curve, [chunk for chunk in tail if chunk.attempt == attempt])
        Curve.objects.filter(pk=curve.pk).update(tail=0)


def _seal(curve: Curve, chunks: list[Chunk]) -> None:
    parts = [codec.decode(bytes(chunk.data)) for chunk in chunks]
    whole = Series(
        np.concatenate([part.steps for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.values for part in parts]),
    )
    Chunk.objects.create(
        curve=curve, attempt=chunks[0].attempt, sealed=True, data=codec.encode(whole)
    )
    Chunk.objects.filter(pk__in=[chunk.pk for chunk in chunks]).delete()
