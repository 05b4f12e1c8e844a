"""A long menu stays on one line: rarely used pages stand under a word, and those of daily operations too when it is longer still."""

from __future__ import annotations

from stadig.ui import navigation
from stadig.ui.navigation import Entry


def menu(*entries: Entry) -> list[tuple[str, str]]:
    held = frozenset[str]()
    return [(one.label, one.folded) for one in navigation._menu(entries, held, "sv", "stadig.config.urls")]


def test_a_short_menu_has_all_on_the_line():
    assert {under for _label, under in menu(*[Entry(f"Sida {n}", "help", "", n, operations=True) for n in range(8)])} == {""}


def test_the_pages_of_operations_stand_together_where_the_first_of_them_stood():
    plain = [Entry(f"Sida {n}", "help", "", n) for n in range(10)]
    bins, cars = Entry("Korgar", "privacy", "", 2, operations=True), Entry("Bilar", "privacy", "", 9, operations=True)
    found = menu(*plain, bins, cars)
    at = [label for label, _under in found].index("Korgar")
    assert found[at : at + 2] == [("Korgar", "Drift"), ("Bilar", "Drift")]
    assert [under for _label, under in found].count("") == 10
