"""What the migrations write, written again: a test that commits empties every table, the riksnorm's and the law's too."""

from __future__ import annotations

from importlib import import_module

LAW = (("0003_financial_assistance", "enter"), ("0006_names_of_groups", "rename"))
"""The migrations that write the law by which agencies answer, and their functions."""


def write() -> None:
    """Write what is not there, so that a town drawn after such a test is one like any other."""
    from django.apps import apps

    from stadig.assistance import first
    from stadig.assistance.models import Norm, Rules
    from stadig.exchange.models import LegalBasis

    first.write(Norm, Rules)
    if not LegalBasis.objects.exists():
        for module, verb in LAW:
            getattr(import_module(f"stadig.exchange.migrations.{module}"), verb)(apps, None)
