"""Verbs for files from other municipalities: try their trial again, and take in what they got when they tried ours."""

from __future__ import annotations

from dataclasses import replace

from stadig.city import audit, effects
from stadig.city.models import User
from stadig.city.municipality import current
from stadig.city.verbs import verb
from stadig.pilots import access, package
from stadig.pilots import card as cards
from stadig.pilots.actions.common import latest, require
from stadig.pilots.actions.ending import record_copy
from stadig.pilots.actions.planning import create
from stadig.pilots.errors import BadFile, NotOurs
from stadig.pilots.models import CardVersion, Copy, Pilot
from stadig.pilots.statistics import pooling
from stadig.pilots.statistics.terms import Result
from stadig.pilots.statistics.version import code_version


@verb
def take_in(by: User | None, data: bytes, *, service: str = "") -> Pilot:
    """A new idea from another municipality's package: its card without days and places, the factors that are not here, and where it came from.

    ``service`` is what the service is called here, where it is not what they call it.

    Raises
    ------
    BadFile
        It is no package; the error says what is wrong with it.
    UnknownService
        No service here has that name.
    """
    require(by, access.PLAN)
    bundle = _read(data)
    if bundle.card is None:
        raise BadFile("only_result")
    wanted = service or bundle.card.service
    pilot = create(by, bundle.card.title or bundle.info.trial.title, wanted)
    first = latest(pilot)
    first.card = cards.plain(replace(bundle.card, service=wanted))
    first.save(update_fields=["card"])
    pilot.copied_from = package.copied(bundle)
    pilot.save(update_fields=["copied_from"])
    _keep_factors(bundle)
    audit.record(by, "imported", pilot, municipality=bundle.info.trial.code, digest=bundle.digest)
    return pilot


def _keep_factors(bundle: package.Bundle) -> None:
    """What the card turns its measures by, as they had it and with their name beside its source. A factor that is here stays as it is."""
    for one in bundle.factors:
        source = f"{one.source} ({bundle.info.trial.municipality})"[:300]
        effects.keep_factor(
            one.slug,
            one.year,
            title=one.title[:160],
            value=one.value,
            low=one.low,
            high=one.high,
            unit=one.unit[:40],
            source=source,
        )


@verb
def take_result(by: User | None, data: bytes) -> Copy:
    """What another municipality got when it tried a trial of ours: it stands beside ours, and is pooled with it.

    Raises
    ------
    BadFile
        It holds no result, or none with an interval; or the result is not what its own figures give.
    NotOurs
        What it was copied from is no trial of ours.
    """
    require(by, access.PLAN)
    bundle = _read(data)
    origin, result = bundle.info.copied_from, bundle.result
    if origin is None or (origin.code and origin.code != current().code):
        raise NotOurs(who=origin.municipality if origin else "")
    ours = Pilot.objects.filter(slug=origin.slug).first()
    if ours is None:
        raise NotOurs(who=origin.municipality)
    if result is None or result.primary is None:
        raise BadFile("no_result")
    try:
        error = pooling.standard_error(result.primary)
    except ValueError:
        raise BadFile("no_interval") from None
    _comparable(ours, bundle)
    _recompute(bundle, result)
    trial = bundle.info.trial
    return record_copy(
        by,
        ours.pk,
        trial.municipality,
        digest=origin.digest,
        code=trial.code,
        estimate=result.primary.value,
        standard_error=error,
        outcome=bundle.info.outcome,
    )


def _comparable(ours: Pilot, bundle: package.Bundle) -> None:
    """Raise BadFile unless the result is of the same measure, told the same way: otherwise the two mean nothing together."""
    version = CardVersion.objects.filter(pilot=ours, frozen_at__isnull=False).order_by("-number").first()
    if version is None or bundle.plan is None:
        return
    rule = cards.read_rule(version.rule)
    pairs = [(getattr(rule, name), getattr(bundle.plan, name)) for name in ("outcome", "scale", "direction")]
    wrong = next(((here, there) for here, there in pairs if here != there), None)
    if wrong is not None:
        raise BadFile("not_comparable", here=str(wrong[0]), there=str(wrong[1]))


def _recompute(bundle: package.Bundle, result: Result) -> None:
    """Raise BadFile unless the effect at every look is what the file's own figures give. What is said of the figures may have changed since."""
    try:
        wrong = [one for one in package.differences(bundle) if one.effect]
    except package.BadPackage as error:
        raise BadFile("bad_file", why=str(error)) from error
    if wrong:
        raise BadFile("not_reproduced", first=str(wrong[0]), made=result.code_version, here=code_version())


def _read(data: bytes) -> package.Bundle:
    try:
        return package.read(data)
    except package.BadPackage as error:
        raise BadFile("bad_file", why=str(error)) from error
