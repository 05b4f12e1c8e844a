"""Habits of the house that no tool knows."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

from stadig.city.history import TRACKED

SOURCE = Path(__file__).parents[1] / "src" / "stadig"
NAMES = {"name", "title", "label", "first_name", "last_name", "given_name", "family_name", "username", "street", "place_name"}
ASCII_ONLY = "# a–z alone"
"""Says at the line that the name holds nothing but a–z and digits, so that bytes sort it right."""
ORDER = re.compile(r"""(?:order_by\(|ordering\s*=\s*[\[(])([^)\]]*)""")


def ordered_by_name() -> list[str]:
    found = []
    for path in SOURCE.rglob("*.py"):
        if {"migrations", "tests"} & set(path.parts):
            continue
        text = path.read_text()
        for order in ORDER.finditer(text):
            if ASCII_ONLY in text[order.start() :].partition("\n")[0]:
                continue
            fields = re.findall(r"""["']-?([\w]+)["']""", order.group(1))
            if {field.rpartition("__")[2] for field in fields} & NAMES:
                found.append(f"{path.relative_to(SOURCE)}: {order.group(0)}")
    return found


def test_nothing_is_ordered_by_a_name():
    """The embedded database compares bytes: å ä ö would come anywhere. Order by ``sort_key``, or say ``# a–z alone``."""
    assert ordered_by_name() == []


def test_history_is_kept_of_the_models_listed_and_of_no_other():
    tracked = {
        model.pgh_tracked_model._meta.label
        for model in apps.get_models()
        if getattr(model, "pgh_tracked_model", None) is not None
    }
    assert tracked == TRACKED
