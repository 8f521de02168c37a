"""Intervals, tests and power, from one number a run. Plain Python over numpy and scipy."""
