"""What is done to a training from outside. Each takes the loop, before its first step, and when.

Nothing here is called by a real training: a worker of the fault benchmark does.
"""
