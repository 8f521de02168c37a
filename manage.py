#!/usr/bin/env python3
"""Fixpoint's command line: `python3 manage.py up` serves it, `python3 manage.py test` checks it.

Both, and `worker`, make the project's own environment first where it is missing. Every other
command is Django's.
"""

import os
import sys


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - older ones do come here, to be told
        sys.exit(
            f"Fixpoint needs Python 3.11 or newer, and this is {sys.version.split()[0]}."
            " Run manage.py with a newer one, for example: python3.12 manage.py up"
        )
    from dashboard.up import environment, suite, worker

    environment.enter(sys.argv)
    if sys.argv[1:2] == ["test"]:
        sys.exit(suite.main(sys.argv[2:]))
    if sys.argv[1:2] == ["worker"]:
        worker.main()
    environment.read_data_option(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
