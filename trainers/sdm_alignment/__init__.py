"""Aligns people's pictures and descriptions across modalities with the SDM loss."""
