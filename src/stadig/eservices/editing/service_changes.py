"""Changing what a service is: ``service.yaml`` and the city's overlay. No Django."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from stadig.eservices import reading
from stadig.eservices.editing import document, rendering
from stadig.eservices.editing.document import Flow, Place
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.ground import SERVICE, Files, languages, remove, set_or_remove, set_text, value, with_file

PLACES: Final[Mapping[str, Place]] = {
    "icon": ("icon",),
    "audience": ("audience",),
    "login": ("login",),
    "open_from": ("open", "from"),
    "open_until": ("open", "until"),
    "handling_days": ("handling_days",),
    "legal_basis": ("legal_basis",),
    "data_basis": ("personal_data", "basis"),
    "data_kept": ("personal_data", "kept"),
    "handled_in": ("handled_in",),
    "channels": ("channels",),
    "languages": ("languages",),
    "licence": ("license",),
    "publisher": ("publisher",),
    "again": ("again",),
}
"""Field → where it stands."""
PARTS: Final = {"major": 0, "minor": 1, "patch": 2}


def set_service(files: Files, **fields: Any) -> Files:
    """What the service is. Fields are those of ``package.About`` and ``title`` (language → text); what is not named stays."""
    for name, wanted in fields.items():
        if name == "title":
            files = set_text(files, "service.title", wanted)
        elif name == "login":
            if (value(files, SERVICE, ("login", "level")) or "") != wanted:
                told = Flow({"level": wanted} if wanted else {})
                files = with_file(files, SERVICE, document.put(files[SERVICE], ("login",), told))
        elif name in PLACES:
            files = _with_field(files, name, wanted)
        else:
            raise EditError("wrong", value=name, what="a field of the service", known=", ".join(PLACES))
    return files


def _with_field(files: Files, name: str, wanted: Any) -> Files:
    place, plain = PLACES[name], list(wanted) if isinstance(wanted, list | tuple | set) else wanted
    if isinstance(plain, list):
        return with_file(files, SERVICE, document.put(files[SERVICE], place, Flow(plain)))
    if name == "again":
        plain = plain or None
    files = set_or_remove(files, SERVICE, place, plain)
    return remove(files, SERVICE, place[:1]) if len(place) > 1 and value(files, SERVICE, place[:1]) == {} else files


def add_language(files: Files, language: str) -> Files:
    """One more language: its file of texts, with the title to begin with, and its name in ``service.yaml``."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]+)?", language):
        raise EditError("wrong", value=language, what="a language", known="sv, en, fi, …")
    if language in languages(files):
        raise EditError("taken", what="language", id=language)
    sv = value(files, "texts/sv.yaml") or {}
    title = sv.get("service", {}).get("title", "") if isinstance(sv.get("service"), dict) else ""
    files = set_text(files, "service.title", {language: title or "–"})
    listed = list(value(files, SERVICE, ("languages",)) or ["sv"])
    return files if language in listed else _with_field(files, "languages", [*listed, language])


def set_local(files: Files, wanted: Mapping[str, Any]) -> Files:
    """The city's own overlay, whole; without anything in it there is no file."""
    kept = {name: one for name, one in wanted.items() if one not in (None, "")}
    if not kept:
        return {name: data for name, data in files.items() if name != reading.LOCAL}
    if reading.LOCAL not in files or not value(files, reading.LOCAL):
        return with_file(files, reading.LOCAL, rendering.whole(kept).encode())
    before = list(value(files, reading.LOCAL))
    ordered = {
        name: kept[name] for name in [*(one for one in before if one in kept), *(one for one in kept if one not in before)]
    }
    return with_file(files, reading.LOCAL, document.put(files[reading.LOCAL], (), ordered))


def raise_version(files: Files, part: str = "minor") -> Files:
    """The next version: ``major``, ``minor`` or ``patch``; the parts after it become 0."""
    if part not in PARTS:
        raise EditError("wrong", value=part, what="a part of a version", known=", ".join(PARTS))
    numbers = [int(one) for one in str(value(files, SERVICE, ("version",))).split(".")]
    raised = [*numbers[: PARTS[part]], numbers[PARTS[part]] + 1, 0, 0][:3]
    return with_file(files, SERVICE, document.put(files[SERVICE], ("version",), ".".join(map(str, raised))))
