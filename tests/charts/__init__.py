"""Figures from series."""
