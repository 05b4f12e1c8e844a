"""A trial's row, read; and as files for programs and for those who count for themselves."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from stadig.pilots import card as cards
from stadig.pilots.amounts import Measure
from stadig.pilots.card import Card
from stadig.pilots.public import Row, Seen, Unit, Version
from stadig.pilots.statistics.terms import Plan, Result

_VERSIONS = msgspec.json.Decoder(tuple[Version, ...])
_LOOKS = msgspec.json.Decoder(tuple[Seen, ...])
_RESULT = msgspec.json.Decoder(Result)
_UNITS = msgspec.json.Decoder(tuple[Unit, ...])


class Trial(NamedTuple):
    """A row, read."""

    row: Row
    card: Card
    plan: Plan
    versions: tuple[Version, ...]
    looks: tuple[Seen, ...]
    result: Result | None
    units: tuple[Unit, ...]


def read(row: Row) -> Trial:
    """The texts of a row as what they are."""
    versions = _VERSIONS.decode(row.versions)
    return Trial(
        row,
        cards.read(versions[-1].card),
        cards.read_rule(versions[-1].rule),
        versions,
        _LOOKS.decode(row.looks),
        _RESULT.decode(row.result) if row.result else None,
        _UNITS.decode(row.units),
    )


def machine(row: Row) -> dict[str, Any]:
    """The rule with all its versions and looks, for programs."""
    trial = read(row)
    return {
        "slug": row.slug,
        "title": row.title,
        "state": row.state,
        "versions": [
            {
                "number": one.number,
                "frozen_at": one.frozen_at,
                "why": one.why,
                "sha256": one.digest,
                "rule": one.rule,
                "card": one.card,
                "looks": [
                    {"number": look.number, "through": look.through, "verdict": look.verdict, "voided": look.voided}
                    for look in trial.looks
                    if look.version == one.number
                ],
            }
            for one in trial.versions
        ],
    }


def look_rows(row: Row) -> list[tuple[Any, ...]]:
    """(number, through, value, low, high, p, n pilot, n comparison) of every look of the result."""
    trial = read(row)
    measure = Measure(trial.card.primary, trial.card.scale) if trial.card.primary else None
    found: list[tuple[Any, ...]] = []
    for look in trial.result.looks if trial.result and measure else ():
        one = look.estimate
        if one is None or measure is None:
            found.append((look.number, look.through, None, None, None, None, None, None))
            continue
        found.append(
            (
                look.number,
                look.through,
                measure.shown(one.value),
                measure.shown(one.low),
                measure.shown(one.high),
                one.p,
                one.n_pilot,
                one.n_comparison,
            )
        )
    return found
