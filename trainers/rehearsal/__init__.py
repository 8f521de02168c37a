"""Plays the curves of a training without one: to try an installation, its queue and its pages."""
