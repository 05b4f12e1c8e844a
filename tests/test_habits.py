"""Habits of the house that no tool knows."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

from stadig.city.history import TRACKED

SOURCE = Path(__file__).parents[1] / "src" / "stadig"
NAMES = {"name", "title", "label", "first_name", "last_name", "given_name", "family_name", "username", "street", "place_name"}
ORDER = re.compile(r"""(?:order_by\(|ordering\s*=\s*[\[(])([^)\]]*)""")


def ordered_by_name() -> list[str]:
    found = []
    for path in SOURCE.rglob("*.py"):
        if {"migrations", "tests"} & set(path.parts):
            continue
        for order in ORDER.finditer(path.read_text()):
            fields = re.findall(r"""["']-?([\w]+)["']""", order.group(1))
            if {field.rpartition("__")[2] for field in fields} & NAMES:
                found.append(f"{path.relative_to(SOURCE)}: {order.group(0)}")
    return found


def test_nothing_is_ordered_by_a_name():
    """The embedded database compares bytes: å ä ö would come anywhere. Order by ``sort_key``."""
    assert ordered_by_name() == []


def test_history_is_kept_of_the_models_listed_and_of_no_other():
    tracked = {
        model.pgh_tracked_model._meta.label
        for model in apps.get_models()
        if getattr(model, "pgh_tracked_model", None) is not None
    }
    assert tracked == TRACKED
