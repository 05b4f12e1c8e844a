"""What is wrong with an answer, in words that say the way out: in the summary with the question's label, at the field without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadig.eservices.checking import Fault
from stadig.eservices.package import Package, Question
from stadig.ui import formatting

SAYS: Final[dict[str, str | Promise]] = {
    "choice": gettext_lazy("Välj ett av svaren: %(label)s"),
    "pattern": gettext_lazy("Skriv i den form som exemplet visar: %(label)s"),
    "email": gettext_lazy("Skriv en e-postadress, till exempel namn@exempel.se: %(label)s"),
    "phone": gettext_lazy("Skriv ett telefonnummer med siffror, till exempel 070-123 45 67: %(label)s"),
    "personnummer": gettext_lazy(
        "Skriv personnumret med tolv siffror, till exempel 19121212-1212. Kontrollera varje siffra: %(label)s"
    ),
    "organisation_number": gettext_lazy("Skriv organisationsnumret med tio siffror, till exempel 556000-4615: %(label)s"),
    "date": gettext_lazy("Skriv en dag som finns, till exempel 2026-12-04: %(label)s"),
    "time": gettext_lazy("Skriv ett klockslag, till exempel 08.30: %(label)s"),
    "month": gettext_lazy("Skriv år och månad, till exempel 2026-12: %(label)s"),
    "file": gettext_lazy("Lägg till filen en gång till: %(label)s"),
    "place": gettext_lazy("Skriv var det är, till exempel gata och nummer: %(label)s"),
    "unknown": gettext_lazy("Ta bort svaret, vi frågar inte efter det: %(label)s"),
    "too_small": gettext_lazy("Skriv minst %(limit)s: %(label)s"),
    "too_large": gettext_lazy("Skriv högst %(limit)s: %(label)s"),
}
NUMBERS: Final = frozenset({"integer", "number", "money"})
QUOTED: Final = frozenset({"type", "pattern", "email", "phone", "date", "time", "month", "organisation_number"})
"""Faults where the words quote what was typed. A personnummer is not repeated."""
MOST_QUOTED: Final = 40


def of(fault: Fault, package: Package, question: Question | None, *, label: str, value: Any, language: str) -> str:
    """The words for one fault. A package may have its own under ``question.NAME.error.KIND``."""
    if question is not None and (own := package.text(f"question.{question.key}.error.{fault.kind}", language)):
        return own
    kind = question.kind if question else ""
    if not label:  # at the field itself, under its label
        return _without_label(_said(fault, kind), fault, value)
    return _said(fault, kind) % {"label": label, "limit": formatting.number(fault.values.get("limit"), 0)}


def _without_label(said: str, fault: Fault, value: Any) -> str:
    """The words as they stand at the field, with what was typed. A personnummer is not repeated."""
    short = said.replace(": %(label)s", ".") % {"limit": formatting.number(fault.values.get("limit"), 0)}
    if fault.kind in QUOTED and isinstance(value, str):
        typed = value if len(value) <= MOST_QUOTED else value[: MOST_QUOTED - 1] + "…"
        short += " " + _("Du skrev ”%(value)s”.") % {"value": typed}
    return short


def _said(fault: Fault, kind: str) -> str:
    if fault.kind == "required":
        return _required(kind)
    if fault.kind == "type":
        return _type(kind)
    if fault.kind in LIMITS:
        return LIMITS[fault.kind](int(fault.values.get("limit") or 0), kind)
    return str(SAYS.get(fault.kind, _("Ändra svaret: %(label)s")))


def _required(kind: str) -> str:
    if kind in ("choice", "choices", "yes_no"):
        return _("Välj ett svar: %(label)s")
    if kind == "consent":
        return _("Kryssa i rutan: %(label)s")
    if kind == "file":
        return _("Lägg till en fil: %(label)s")
    if kind == "":
        return _("Lägg till minst en: %(label)s")
    return _("Fyll i svaret: %(label)s")


def _type(kind: str) -> str:
    if kind == "integer":
        return _("Skriv ett helt tal med siffror: %(label)s")
    if kind in NUMBERS:
        return _("Skriv svaret med siffror: %(label)s")
    return _("Välj ett svar: %(label)s") if kind == "yes_no" else _("Ändra svaret: %(label)s")


def _too_long(limit: int, _kind: str) -> str:
    return ngettext("Skriv högst ett tecken: %(label)s", "Skriv högst %(limit)s tecken: %(label)s", limit)


def _too_short(limit: int, kind: str) -> str:
    if kind in ("choices", ""):
        return ngettext("Välj eller lägg till minst en: %(label)s", "Välj eller lägg till minst %(limit)s: %(label)s", limit)
    if kind == "file":
        return ngettext("Lägg till minst en fil: %(label)s", "Lägg till minst %(limit)s filer: %(label)s", limit)
    return ngettext("Skriv minst ett tecken: %(label)s", "Skriv minst %(limit)s tecken: %(label)s", limit)


def _too_many(limit: int, _kind: str) -> str:
    return ngettext("Ta bort så att det finns högst en: %(label)s", "Ta bort så att det finns högst %(limit)s: %(label)s", limit)


LIMITS: Final[dict[str, Callable[[int, str], str]]] = {"too_long": _too_long, "too_short": _too_short, "too_many": _too_many}
