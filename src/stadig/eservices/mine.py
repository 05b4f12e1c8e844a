"""What e-services add to Mina sidor: drafts to go on with, where to complete, and whom we wait for to sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stadig.cases import mine, own
from stadig.cases.models import Case
from stadig.city import plain
from stadig.eservices import published
from stadig.eservices.actions import signatures
from stadig.eservices.handing import actions as handing
from stadig.eservices.models import HandOver, Signature
from stadig.ui import formatting

BEGUN: Final = """
SELECT d.id, d.step, v.digest, d.saved_at, d.erase_at
FROM eservices_draft d JOIN eservices_packageversion v ON v.id = d.version_id
WHERE d.person_id = %s AND d.staff_id IS NULL ORDER BY d.saved_at DESC LIMIT 20
"""
TO_SIGN: Final = f"""
SELECT {plain.columns(Signature, "asked")}, v.digest
FROM eservices_signature asked JOIN eservices_submission sent ON sent.id = asked.submission_id
JOIN eservices_packageversion v ON v.id = sent.version_id JOIN city_person who ON who.personnummer_hash = asked.personnummer_hash
WHERE who.id = %s AND asked.state = 'asked' ORDER BY asked.asked_at LIMIT 20
"""  # noqa: S608 - the names are those of our own columns
AROUND: Final = """
SELECT EXISTS (SELECT FROM eservices_submission WHERE case_id = %(case)s), (
    SELECT json_agg(json_build_array(asked.id, asked.name, asked.email, asked.asked_at) ORDER BY asked.id)
    FROM eservices_signature asked JOIN eservices_submission sent ON sent.id = asked.submission_id
    WHERE sent.case_id = %(case)s AND asked.state = 'asked'
), (
    SELECT json_build_array(service, number, theirs_at, state) FROM eservices_handover WHERE case_id = %(case)s ORDER BY id LIMIT 1
)
"""
"""Whether an e-service made the case, who has been asked to sign and has not answered, and where else it is handled."""


def register() -> None:
    """Said when the program starts."""
    mine.register_unfinished(unfinished)
    mine.register_asked(to_sign)
    own.register_around(around)


def unfinished(user: Any) -> list[mine.Unfinished]:
    """The drafts of a person who has logged in, latest first. One query."""
    language = (get_language() or "sv").partition("-")[0]
    found: list[mine.Unfinished] = []
    for pk, step, digest, saved_at, erase_at in _found(BEGUN, user.person_id):
        package = published.by_digest(digest)
        url = reverse("eservices:step", args=[pk, step or package.flow.steps[0].id])
        title = package.text("service.title", language)
        found.append(mine.Unfinished(title, url, formatting.moment(saved_at), formatting.day(erase_at)))
    return found


def to_sign(user: Any) -> list[mine.Asked]:
    """What others have sent in and asked this person, by their personnummer, to sign too. One query."""
    language = (get_language() or "sv").partition("-")[0]
    found: list[mine.Asked] = []
    for row in map(iter, _found(TO_SIGN, user.person_id)):
        one: Any = plain.made(Signature, row)
        found.append(
            mine.Asked(
                title=published.by_digest(next(row)).text("service.title", language),
                text=_("Läs och skriv under. Vi frågade dig %(day)s.") % {"day": formatting.day(one.asked_at)},
                url=signatures.page_of(one),
            )
        )
    return found


def _found(sql: str, key: int | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])  # pyright: ignore[reportArgumentType]
        return cursor.fetchall()


def around(case: Case) -> own.Around:
    """Where a case is completed, who has been asked to sign it, and the system that handles it. One query."""
    with connection.cursor() as cursor:
        cursor.execute(AROUND, {"case": case.pk})
        made, asked, handed = cursor.fetchone()  # pyright: ignore[reportGeneralTypeIssues]
    return own.Around(
        reverse("eservices:complete", args=[case.pk]) if made else "",
        tuple(_awaited(*one) for one in asked or ()),
        _elsewhere(*handed) if handed else None,
    )


def _awaited(pk: int, name: str, email: str, asked_at: str) -> own.Awaited:
    day = formatting.day(datetime.fromisoformat(asked_at))
    return own.Awaited(
        title=_("Vi väntar på att %(name)s skriver under") % {"name": name or email},
        text=_("Länken gick till %(email)s %(day)s.") % {"email": email, "day": day},
        url=reverse("eservices:sign-address", args=[pk]),
        link=_("Ändra adressen, eller skicka igen"),
    )


def _elsewhere(service: str, number: str, theirs_at: str | None, state: str) -> own.Elsewhere:
    how = handing.declared_of(service)
    under_way = state in (HandOver.State.SENT, HandOver.State.ACKNOWLEDGED)
    told = datetime.fromisoformat(theirs_at) if theirs_at else None
    return own.Elsewhere(how.name if how else "", number, told, under_way)
