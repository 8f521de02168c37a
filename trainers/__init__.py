"""Trainings that can be started by hand or from the dashboard; they know neither Django nor Celery."""
