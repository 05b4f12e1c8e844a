"""The paper twin: the same questions as a form to print, from the same package, as PDF/UA. Nobody is left outside for want of a screen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from stadig.eservices import published
from stadig.eservices.package import Info, Package, Part, Question, Repeat
from stadig.files import documents

TEMPLATE: Final = Path(__file__).parent / "typst" / "blank.typ"
ROWS: Final = 3
"""How many rows of a repeated group a page has room for; more are written on a sheet of one's own."""
LINES: Final = {"long_text": 5, "address": 2, "place": 2}


@lru_cache(maxsize=32)
def blank(digest: str, language: str, sender: str, address: str, phone: str) -> bytes:
    """The blank form of the package with this hash, as PDF. Kept, since it is the same for everyone."""
    package = published.by_digest(digest)
    with override(language):
        return documents.pdf(TEMPLATE, _data(package, language, sender=sender, address=address, phone=phone))


def _data(package: Package, language: str, *, sender: str, address: str, phone: str) -> dict[str, Any]:
    text = package.text
    return {
        "title": text("service.title", language),
        "lead": text("service.lead", language),
        "purpose": text("service.purpose", language),
        "language": language,
        "sender": sender,
        "send_to": _("Skicka blanketten till %(sender)s, %(address)s.")
        % {"sender": sender, "address": ", ".join(filter(None, map(str.strip, address.splitlines())))},
        "help": _("Vill du ha hjälp? Ring %(phone)s.") % {"phone": phone} if phone else "",
        "you": _("Vem är du?"),
        "you_fields": [_("Namn"), _("Personnummer"), _("Adress"), _("Telefon")],
        "sign": _("Underskrift"),
        "sign_fields": [_("Datum"), _("Namnteckning")],
        "version": f"{package.name} {package.version} {package.digest[:8]}",
        "tick": _("Kryssa i det som stämmer"),
        "attach": _("Lägg med på papper"),
        "steps": [
            {
                "title": text(f"step.{step.id}.title", language),
                "parts": [one for part in step.parts for one in _part(package, part, language)],
            }
            for step in package.flow.steps
        ],
    }


def _part(package: Package, part: Part, language: str) -> Iterator[dict[str, Any]]:
    if isinstance(part, Info):
        yield {"kind": "info", "label": package.text(f"info.{part.id}", language)}
    elif isinstance(part, Repeat):
        label = package.text(f"question.{part.path}.label", language)
        inner = [one for one in part.parts if isinstance(one, Question)]
        yield {
            "kind": "table",
            "label": label,
            "hint": package.text(f"question.{part.path}.hint", language),
            "columns": [package.text(f"question.{one.key}.label", language) for one in inner],
            "rows": max(part.least, min(part.most, ROWS)),
        }
    else:
        yield _question(package, part, language)


def _question(package: Package, question: Question, language: str) -> dict[str, Any]:
    text, key = package.text, f"question.{question.key}"
    options = [text(f"{key}.option.{one}", language) or str(one) for one in question.options]
    if question.kind in ("yes_no", "consent"):
        options = [_("Ja"), _("Nej")] if question.kind == "yes_no" else [_("Ja")]
    kind = "file" if question.kind == "file" else "options" if options else "line"
    hint = text(f"{key}.hint", language)
    if question.show_if is not None:
        hint = " ".join(filter(None, [hint, _("Hoppa över frågan om den inte gäller dig.")]))
    return {
        "kind": kind,
        "label": text(f"{key}.label", language),
        "hint": hint,
        "options": options,
        "lines": LINES.get(question.kind, 1),
        "unit": text(f"{key}.unit", language) or question.unit or ("kr" if question.kind == "money" else ""),
    }
