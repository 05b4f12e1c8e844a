"""Documents we draw up: a typst template and data become a PDF that can be archived and read aloud (PDF/A-3a and PDF/UA-1).

>>> pdf(Path(__file__).parent / "templates/cases/decision.typ", {"title": "Beslut", "language": "sv"})  # doctest: +SKIP

The template reads its data with ``json(bytes(sys.inputs.data))`` and may import ``/files/typst/letter.typ``, our letter: the root of
its addresses is the folder of ``stadig``. Fonts are those typst carries, never the machine's: the same data give the same pages everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typst

ROOT: Final = Path(__file__).parents[1]
STANDARDS: Final = ("a-3a", "ua-1")


class CannotDraw(Exception):
    """The template does not fit its data, or breaks PDF/A or PDF/UA. The text is typst's own and may quote the template, never data."""


def pdf(template: Path | bytes, data: Mapping[str, Any]) -> bytes:
    """The PDF; ``template`` is a file or the template itself. ``data`` must hold what JSON can hold. Raises CannotDraw."""
    try:
        return typst.compile(  # pyright: ignore[reportReturnType]
            template if isinstance(template, bytes) else str(template),  # pyright: ignore[reportArgumentType] - bytes are taken too
            root=str(ROOT),
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=list(STANDARDS),
            ignore_system_fonts=True,
        )
    except typst.TypstError as error:
        raise CannotDraw(str(error.message)) from error
