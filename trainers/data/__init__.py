"""Data sets that come with the trainers, made from real handwriting and needing no download."""
