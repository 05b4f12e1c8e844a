"""A trial as one file: what another municipality needs to try again, and what anyone needs to compute its result again. No Django.

A *package* holds the card, how it was drawn, the factors, the lessons, the e-service and the result with its figures. A *result* is the
same without what is only for trying again: a municipality that has tried sends it back to the one it copied. Both are zip archives whose
bytes follow from what is in them. The format is described in ``docs/build/pilot-package.md``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, cast

import msgspec
import numpy as np

from stadig.eservices import packing
from stadig.eservices.package import PackageError
from stadig.pilots import extract, small_cells
from stadig.pilots.card import CARDS, RULES, Card, EqualTreatment, Purchase
from stadig.pilots.extract import BadExtract
from stadig.pilots.statistics.terms import Design, Estimate, Finding, Plan, Result, Series

FORMAT: Final = "stadig-pilot/1"
MOST_BYTES: Final = 256 * 2**20
INFO, CARD, DRAWN, FACTORS, LESSONS = "pilot.json", "card.json", "design.json", "factors.json", "lessons.json"
OF_HISTORY = frozenset({"rule_changed_late"})
"""Findings of what happened to the trial, not of its figures: taken as they were when a result is computed again."""
PLAN, RESULT, SERIES = "result/plan.json", "result/result.json", "result/series.csv"
SERVICE: Final = "service/"
OF_ALL: Final = frozenset({"limits", "benefits", "verdict", "because", "judged_not_shown"})
"""What a result says by all its outcomes together: not to be computed again where the rows of one are folded."""
RELATIVE, ABSOLUTE = 1e-9, 1e-12
"""Numbers that differ by less are the same number: another processor rounds the last bits otherwise."""


class BadPackage(ValueError):
    """What was read is no package of a trial. The message names the file in it and what is wrong."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A trial in its own municipality."""

    municipality: str
    code: str
    slug: str
    title: str
    digest: str = ""
    """What it was copied from: the digest of that package's design."""


@dataclass(frozen=True, slots=True)
class Info:
    """What the archive is."""

    format: str
    kind: str
    """``package`` or ``result``."""
    trial: Origin
    outcome: str = ""
    """What was decided: ``withdraw``, ``keep``, ``scale_up``, or empty."""
    copied_from: Origin | None = None
    software: str = ""
    reduced: bool = False
    """The figures are of persons: they are renumbered, and without the groups by which someone could be pointed out. Or of areas, some folded."""
    folded: tuple[str, ...] = ()
    """Outcomes about people whose rows are put together until none speaks of too few: what they gave cannot be computed again from them."""
    gave: Estimate | None = None
    """What the measure that decides gave at the latest look that could answer. In the open, also where rows of persons stay."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """How it was told who got the service, without the names of the places."""

    design: Design
    unit: str
    method: str = ""
    units: int = 0
    treated: int = 0
    pairs: int = 0
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """Something learnt."""

    worked: bool
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Factor:
    """A number that turns one measure into another."""

    slug: str
    title: str
    value: float
    unit: str
    year: int
    source: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """An archive, read or about to be written. What it does not hold is None or empty."""

    info: Info
    card: Card | None = None
    drawn: Drawn | None = None
    factors: tuple[Factor, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    plan: Plan | None = None
    result: Result | None = None
    series: bytes = b""
    """The figures as :func:`stadig.pilots.extract.written` wrote them."""
    service: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """The files of the service package."""

    @property
    def digest(self) -> str:
        """SHA-256 of what is tried: card, design, factors and service. The same for all who copy it, whatever the result became."""
        return hashlib.sha256(
            b"".join(
                f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode() for name, data in sorted(_design_files(self).items())
            )
        ).hexdigest()


def _json(thing: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(thing, order="sorted"), indent=2) + b"\n"


def _design_files(bundle: Bundle) -> dict[str, bytes]:
    if bundle.card is None or bundle.drawn is None:
        return {}
    files = {CARD: _json(bundle.card), DRAWN: _json(bundle.drawn), FACTORS: _json(bundle.factors)}
    return files | {SERVICE + name: data for name, data in bundle.service.items()}


def write(bundle: Bundle) -> bytes:
    """The archive. The same bundle gives the same bytes."""
    files = {INFO: _json(bundle.info)} | _design_files(bundle)
    if bundle.lessons:
        files[LESSONS] = _json(bundle.lessons)
    if bundle.plan is not None and bundle.result is not None:
        files |= {PLAN: _json(bundle.plan), RESULT: _json(bundle.result), SERIES: bundle.series}
    return packing.pack(files, local=True)


def read(data: bytes) -> Bundle:
    """An archive as it was written. Raises :class:`BadPackage` that names the file in it."""
    try:
        files = packing.unpack(data, most_bytes=MOST_BYTES)
    except PackageError as error:
        raise BadPackage(f"{error.file}: {error.text}") from error
    for name in files:
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise BadPackage(f"{name}: is no place within the archive.")
    if INFO not in files:
        raise BadPackage(f"There is no {INFO} in it. Is it a package of a trial?")
    info = _decoded(files, INFO)
    if info.format != FORMAT or info.kind not in ("package", "result"):
        raise BadPackage(f"{INFO}: the format is {info.format!r} {info.kind!r}; this Stadig reads {FORMAT!r}.")
    whole = {PLAN, RESULT, SERIES} <= files.keys()
    if info.kind == "package" and not {CARD, DRAWN} <= files.keys():
        raise BadPackage(f"A package must hold {CARD} and {DRAWN}.")
    return Bundle(
        info=info,
        card=_decoded(files, CARD) if CARD in files else None,
        drawn=_decoded(files, DRAWN) if DRAWN in files else None,
        factors=_decoded(files, FACTORS) if FACTORS in files else (),
        lessons=_decoded(files, LESSONS) if LESSONS in files else (),
        plan=_decoded(files, PLAN) if whole else None,
        result=_decoded(files, RESULT) if whole else None,
        series=files[SERIES] if whole else b"",
        service={name.removeprefix(SERVICE): body for name, body in files.items() if name.startswith(SERVICE)},
    )


_PARTS: Final[Mapping[str, msgspec.json.Decoder[Any]]] = {
    INFO: msgspec.json.Decoder(Info),
    CARD: CARDS,
    DRAWN: msgspec.json.Decoder(Drawn),
    FACTORS: msgspec.json.Decoder(tuple[Factor, ...]),
    LESSONS: msgspec.json.Decoder(tuple[Lesson, ...]),
    PLAN: RULES,
    RESULT: msgspec.json.Decoder(Result),
}
"""What is read as JSON, by the name of its file."""


def _decoded(files: Mapping[str, bytes], name: str) -> Any:
    try:
        return _PARTS[name].decode(files[name])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadPackage(f"{name}: {error}.") from error


def for_others(card: Card) -> Card:
    """The card as another municipality begins with it: without days, names of places, owner, and what only that municipality can decide."""
    return replace(
        card,
        owner="",
        begins=None,
        ends=None,
        allocation=None,
        chosen_because_worst=False,
        equal=EqualTreatment(differs=card.equal.differs, reason=card.equal.reason),
        purchase=Purchase(way=card.purchase.way, months=card.purchase.months),
    )


def drawn_of(card: Card) -> Drawn:
    """How the card's units were drawn, without their names. Raises ValueError for a card without a design."""
    if card.design is None:
        raise ValueError("The card has no design.")
    one = card.allocation
    if one is None:
        return Drawn(card.design, card.unit)
    return Drawn(card.design, card.unit, one.method, len(one.units), len(one.treated), len(one.pairs), one.tolerance)


def for_publication(plan: Plan, series: bytes, people: Collection[str] = ()) -> tuple[bytes, bool]:
    """The figures as anyone may have them, and whether something was taken away.

    Things stay as they are, and areas but for the outcomes of ``people``: there no row speaks of fewer than may be shown. Persons are renumbered in the order of their pseudonyms, which leads back to no one and changes no
    figure, and the groups (age, district) are taken away: a row with them could point someone out.
    """
    if plan.design is not Design.PERSONS and not people:
        return series, False
    outcomes = extract.read(series)
    if plan.design is not Design.PERSONS:
        shown = {slug: small_cells.folded(plan, one) if slug in people else one for slug, one in outcomes.items()}
        return extract.written(shown), bool(set(people) & outcomes.keys())
    every = sorted({str(unit) for one in outcomes.values() for unit in one.unit})
    width = len(str(len(every)))
    numbered = {unit: f"p{number:0{width}}" for number, unit in enumerate(every, 1)}
    return extract.written({slug: _renumbered(one, numbered) for slug, one in outcomes.items()}), True


def _renumbered(series: Series, numbered: Mapping[str, str]) -> Series:
    return replace(series, unit=np.array([numbered[str(unit)] for unit in series.unit]), group={})


class Difference(NamedTuple):
    """A figure that comes out otherwise: ``looks.3.estimate.low``, what it was, what it is now. What did not exist is None."""

    where: str
    before: Any
    after: Any

    def __str__(self) -> str:
        by = ""
        if isinstance(self.before, int | float) and isinstance(self.after, int | float):
            by = f" ({self.after - self.before:+.3g})"
        said = (
            "nothing" if one is None else f"{one:.6g}" if isinstance(one, float) else one for one in (self.before, self.after)
        )
        return "{}: {}, now {}".format(self.where, *said) + by

    @property
    def remark(self) -> bool:
        """Whether it is what is said of the figures, and no figure or verdict."""
        return self.where.startswith("findings")

    @property
    def effect(self) -> bool:
        """Whether what others would build on differs: the effect at any look, or what it was computed from."""
        return self.where.startswith(("looks", "data_sha256", "plan_digest"))


def differences(bundle: Bundle) -> list[Difference]:
    """What comes out otherwise when the latest look is computed again from the figures; empty when it is the same.

    Raises :class:`BadPackage` for an archive without a result.
    """
    if bundle.plan is None or bundle.result is None:
        raise BadPackage("There is no result in it: the trial had not been looked at when it was exported.")
    from stadig.pilots.statistics import analysis, meters  # NumPy's heavier parts are only for those who compute

    try:
        outcomes = extract.read(bundle.series)
    except BadExtract as error:
        raise BadPackage(f"{SERIES}: {error}") from error
    again = analysis.analyse(
        bundle.plan,
        outcomes,
        through=bundle.result.through,
        code_version=bundle.result.code_version,
        neighbours=meters.neighbours_of(bundle.result.beside),
        also=[one for one in bundle.result.findings if one.code in OF_HISTORY],
    )
    folded = set(bundle.info.folded)
    if bundle.plan.outcome in folded:
        raise BadPackage(
            "The rows of its primary outcome are put together so that no one is known by them: it cannot be computed again."
        )
    left_out = (
        {"findings"} | ({"data_sha256", "parts"} if bundle.info.reduced else set[str]()) | (OF_ALL if folded else set[str]())
    )
    before, after = (
        {name: one for name, one in msgspec.to_builtins(result).items() if name not in left_out}
        for result in (bundle.result, again)
    )
    said = () if folded else _said_otherwise(bundle.result.findings, again.findings)
    return [*_differ("", before, after), *said]


def _said_otherwise(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[Difference]:
    """Findings beside each other by what they are about, in whatever order they came."""
    sides: list[dict[str, list[Any]]] = []
    for findings in (before, after):
        found: dict[str, list[Any]] = {}
        for one in findings:
            found.setdefault(f"{one.code} {one.where}".strip(), []).append({"severity": one.severity, **one.values})
        sides.append(found)
    old, new = sides
    for name in {**old, **new}:
        ours, theirs = old.get(name, []), new.get(name, [])
        if len(ours) == len(theirs):
            yield from _differ(f"findings.{name}", ours, theirs)
        else:
            yield Difference(f"findings.{name}", f"said {len(ours)} times", f"{len(theirs)} times")


def _differ(where: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        for name in {**old, **new}:
            yield from _differ(f"{where}.{name}".lstrip("."), old.get(name), new.get(name))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        ours, theirs = cast("Sequence[Any]", before), cast("Sequence[Any]", after)
        if len(ours) != len(theirs):
            yield Difference(where, f"{len(ours)} rows", f"{len(theirs)} rows")
        for number, (old, new) in enumerate(zip(ours, theirs, strict=False), 1):
            yield from _differ(f"{where}.{number}", old, new)
    elif not _same(before, after):
        yield Difference(where, before, after)


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return math.isclose(before, after, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return before == after


def copied(bundle: Bundle) -> dict[str, Any]:
    """What ``Pilot.copied_from`` holds of a package: :class:`stadig.pilots.origins.Origin` and what leads back to the trial."""
    trial, card = bundle.info.trial, bundle.card
    found: dict[str, Any] = {
        "municipality": trial.municipality,
        "code": trial.code,
        "slug": trial.slug,
        "title": trial.title,
        "digest": bundle.digest,
        "outcome": bundle.info.outcome,
        "lessons": msgspec.to_builtins(bundle.lessons),
    }
    gave = bundle.info.gave or (bundle.result.primary if bundle.result else None)
    if gave is not None and card is not None and card.primary is not None:
        found |= {"gave": msgspec.to_builtins(gave), "unit": card.primary.unit}
        found |= {"scale": card.scale.value, "direction": card.primary.direction.value}
    return found


__all__ = [
    "FORMAT",
    "BadPackage",
    "Bundle",
    "Difference",
    "Drawn",
    "Factor",
    "Info",
    "Lesson",
    "Origin",
    "copied",
    "differences",
    "drawn_of",
    "for_others",
    "for_publication",
    "read",
    "write",
]
