"""Documents we draw up: a typst template and data become a PDF that can be archived and read aloud (PDF/A-3a and PDF/UA-1).

>>> pdf(Path(__file__).parent / "typst/decision.typ", {"title": "Beslut", "language": "sv"})  # doctest: +SKIP

The template reads its data with ``json(bytes(sys.inputs.data))`` and may import ``/files/typst/letter.typ``, our letter: the root of
its addresses is the folder of ``stadig``. Fonts are those typst carries and, for Arabic, Chinese, Ethiopic, Thai and emoji, those that
``make assets`` put in ``build/fonts``; never the machine's: the same data give the same pages everywhere.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

ROOT: Final = Path(__file__).parents[1]
FONTS: Final = ROOT.parents[1] / "build" / "fonts"
STANDARDS: Final = ("a-3a", "ua-1")
NO_FONT: Final = "could not be displayed"
"""What typst says of a sign that no font holds; it quotes the sign, which is someone's."""
MOST_TRIES: Final = 24
"""Signs are replaced as typst names them, one script or sign at a time; after so many all that is not common is."""
UNDRAWABLE: Final = re.compile(
    r"[^\n\t\x20-\x7e\xa0-\u024f\u0370-\u03ff\u0400-\u04ff\u2010-\u2027\u2030-\u205e\u20ac\u2122\u2212]+"
)
"""What is neither Latin, Greek, Cyrillic nor common punctuation."""


class CannotDraw(Exception):
    """The template does not fit its data, or breaks PDF/A or PDF/UA. The text is typst's own and may quote the template, never data."""


def pdf(template: Path | bytes, data: Mapping[str, Any], *, verbatim: Collection[str] = ()) -> bytes:
    """The PDF; ``template`` is a file or the template itself. ``data`` must hold what JSON can hold. Raises CannotDraw.

    A sign that no font holds is drawn as a question mark: PDF/A refuses a page with an unknown sign. What stands under the keys
    ``verbatim`` is attached and never drawn, and is left as it is.
    """
    for _ in range(MOST_TRIES):
        try:
            return _compile(template, data)
        except typst.TypstError as error:
            lacking = _lacking(str(error.message))
            if not lacking:
                raise CannotDraw(str(error.message)) from error
        data = {key: value if key in verbatim else _without(value, lacking) for key, value in data.items()}
    data = {key: value if key in verbatim else _without(value, UNDRAWABLE) for key, value in data.items()}
    try:
        return _compile(template, data)
    except typst.TypstError as error:
        said = "a sign that no font holds" if NO_FONT in str(error.message) else str(error.message)
        raise CannotDraw(said) from None


def _lacking(said: str) -> re.Pattern[str] | None:
    """The signs that typst says no font holds; None when it complains of something else."""
    quoted = re.search(r'the text `"(.+?)"`', said, re.DOTALL) if NO_FONT in said else None
    signs = {sign for sign in quoted[1] if not sign.isascii()} if quoted else set[str]()
    return re.compile(f"[{re.escape(''.join(sorted(signs)))}]+") if signs else (UNDRAWABLE if NO_FONT in said else None)


def joined(parts: Iterable[bytes], *, sheets: bool = False) -> bytes:
    """Several PDF documents as one. ``sheets``: each begins on a sheet of its own also when both sides are printed."""
    from pypdf import PdfReader, PdfWriter

    writer, out = PdfWriter(), io.BytesIO()
    for part in parts:
        if sheets and len(writer.pages) % 2:
            writer.add_blank_page()
        writer.append(PdfReader(io.BytesIO(part)), import_outline=False)
    writer.write(out)
    return out.getvalue()


def _compile(template: Path | bytes, data: Mapping[str, Any]) -> bytes:
    return typst.compile(  # pyright: ignore[reportReturnType]
        template if isinstance(template, bytes) else str(template),  # pyright: ignore[reportArgumentType] - bytes are taken too
        root=str(ROOT),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=list(STANDARDS),
        font_paths=_fonts(),
    )


@cache
def _fonts() -> typst.Fonts:
    """The fonts, read once: a third of a document's time otherwise."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)] if FONTS.is_dir() else [])


def _without(value: Any, signs: re.Pattern[str]) -> Any:
    """The same data with these signs as question marks."""
    if isinstance(value, str):
        return signs.sub("?", value)
    if isinstance(value, Mapping):
        return {key: _without(one, signs) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without(one, signs) for one in value]
    return value
