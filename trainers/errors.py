"""Bad input: what a person can put right, told in one line and without a traceback."""


class BadInput(Exception):
    """Its text names what is wrong and what to do."""
