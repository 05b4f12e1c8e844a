"""Errors meant for the person at the keyboard: the message says what happened and what to do."""

from __future__ import annotations


class Fault(Exception):
    """Something the person can mend. The command prints the message alone and exits with ``code``."""

    code = 1
