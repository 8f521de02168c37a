"""A store with chunks so short that a few points go through all that a million would."""

from __future__ import annotations

import pytest

from dashboard.metrics import chunks, codec, downloads, planning, sealing, windows

CHUNK, FINE, COARSE = 6, 2, 4


@pytest.fixture
def short_chunks(monkeypatch):
    for module in (chunks, sealing, downloads):
        monkeypatch.setattr(module, "CHUNK", CHUNK)
    for module in (chunks, planning, windows):
        monkeypatch.setattr(module, "FINE", FINE)
        monkeypatch.setattr(module, "COARSE", COARSE)
    monkeypatch.setattr(codec, "PACK_FROM", 2)
    monkeypatch.setattr(sealing, "FULL", 4 * CHUNK)
    monkeypatch.setattr(sealing, "LOOSE", 2)
