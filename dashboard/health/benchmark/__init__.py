"""The fault benchmark: how often verdicts are right, on trainings whose faults are known."""
