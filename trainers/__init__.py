"""Trainings to start by hand or from the dashboard; they know neither Django nor Celery."""
