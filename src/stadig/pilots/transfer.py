"""A trial out of the database as a package or a result: read only. Taking one in is a verb, in ``actions``."""

from __future__ import annotations

from typing import Any

import msgspec

import stadig
from stadig.city.municipality import current
from stadig.eservices import packing, published
from stadig.eservices.models import EService
from stadig.pilots import extract, package, public, small_cells
from stadig.pilots.package import Bundle, Info, Origin
from stadig.pilots.public import Learnt, Row
from stadig.pilots.public_trial import read
from stadig.pilots.statistics.terms import Design, Verdict

_ORIGIN = msgspec.json.Decoder(Origin)  # makes the type whole before two threads convert to it
_FACTORS = msgspec.json.Decoder(tuple[public.Factor, ...])
_LEARNT = msgspec.json.Decoder(tuple[Learnt, ...])


def bundle(row: Row, kind: str = "package", *, open_data: bool = True, rows: bool = True) -> Bundle:
    """A trial as it stands now: ``package`` with all that is needed to try again, ``result`` with the figures alone.

    With ``open_data`` the figures are as anyone may have them; without it as they are stored, for those who run the city.
    Without ``rows`` there are neither figures nor a result made of them.
    """
    trial = read(row)
    here = current()
    copied: dict[str, Any] = msgspec.json.decode(row.copied_from)
    origin = msgspec.convert(copied, Origin, strict=False) if copied.get("slug") else None
    figures, reduced, people = b"", False, small_cells.about_people(trial.card)
    if rows and row.look_id is not None and trial.result is not None:
        figures = extract.expanded(public.figures(row.look_id))
        if open_data:
            figures, reduced = package.for_publication(trial.plan, figures, people)
    info = Info(
        package.FORMAT,
        kind,
        Origin(here.name, here.code, row.slug, row.title),
        outcome=row.outcome,
        copied_from=origin,
        software=f"Stadig {stadig.__version__}",
        reduced=reduced,
        folded=tuple(sorted(people)) if reduced and trial.plan.design is not Design.PERSONS else (),
        gave=trial.result.primary if trial.result is not None and trial.result.verdict is not Verdict.WITHHELD else None,
    )
    whole = kind == "package"
    return Bundle(
        info=info,
        card=package.for_others(trial.card) if whole else None,
        drawn=package.drawn_of(trial.card) if whole else None,
        factors=_factors(row, trial.card) if whole else (),
        lessons=_lessons(row) if whole else (),
        plan=trial.plan if figures else None,
        result=trial.result if figures else None,
        series=figures,
        service=_service(row.service) if whole else {},
    )


def _factors(row: Row, card: Any) -> tuple[package.Factor, ...]:
    """The factors that the card's derived outcomes use, the latest of each."""
    wanted = {one.factor for one in card.benefits if one.factor}
    latest = {one.slug: one for one in _FACTORS.decode(row.factors) if one.slug in wanted}
    return tuple(
        package.Factor(one.slug, one.title, one.value, one.unit, one.year, one.source, one.low, one.high)
        for one in latest.values()
    )


def _lessons(row: Row) -> tuple[package.Lesson, ...]:
    learnt = _LEARNT.decode(row.lessons)
    return tuple(package.Lesson(one.worked, one.title, one.text) for one in learnt)


def _service(slug: str) -> dict[str, bytes]:
    """The files of the service package, where the service is an e-service; without the city's own overlay."""
    try:
        _service, found = published.current(slug)
    except EService.DoesNotExist:
        return {}
    return packing.unpack(packing.pack(found.files))
