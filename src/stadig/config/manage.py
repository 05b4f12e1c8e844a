"""Django's own management commands, with the embedded database started: ``python -m stadig.config.manage migrate``."""

from __future__ import annotations

import sys

from stadig.config import django


def main() -> None:
    with django.with_database():
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
