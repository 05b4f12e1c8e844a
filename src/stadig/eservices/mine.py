"""What e-services add to Mina sidor: drafts to go on with, where to complete, and whom we wait for to sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

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
WAITING: Final = """
SELECT asked.id, asked.name, asked.email, asked.asked_at
FROM eservices_signature asked JOIN eservices_submission sent ON sent.id = asked.submission_id
WHERE sent.case_id = %s AND asked.state = 'asked' ORDER BY asked.id
"""
HANDED: Final = "SELECT service, number, theirs_at, state FROM eservices_handover WHERE case_id = %s ORDER BY id LIMIT 1"


class HandedOver(NamedTuple):
    """What is known of a case that another system handles."""

    service: str
    number: str
    theirs_at: datetime | None
    state: str


def register() -> None:
    """Said when the program starts."""
    mine.register_unfinished(unfinished)
    mine.register_asked(to_sign)
    own.register_completer(complete_url)
    own.register_awaited(awaited)
    own.register_elsewhere(elsewhere)


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


def complete_url(case: Case) -> str:
    """Where what was asked for is completed; empty for a case that no e-service made."""
    made = _found("SELECT 1 FROM eservices_submission WHERE case_id = %s", case.pk)
    return reverse("eservices:complete", args=[case.pk]) if made else ""


def _found(sql: str, key: int | None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [key])  # pyright: ignore[reportArgumentType]
        return cursor.fetchall()


def awaited(case: Case) -> list[own.Awaited]:
    """Those who have been asked to sign and have not answered. One query."""
    return [
        own.Awaited(
            title=_("Vi väntar på att %(name)s skriver under") % {"name": name or email},
            text=_("Länken gick till %(email)s %(day)s.") % {"email": email, "day": formatting.day(asked_at)},
            url=reverse("eservices:sign-address", args=[pk]),
            link=_("Ändra adressen, eller skicka igen"),
        )
        for pk, name, email, asked_at in _found(WAITING, case.pk)
    ]


def elsewhere(case: Case) -> own.Elsewhere | None:
    """The system that handles the case, with its own number; None for one that is handled here. One query for most cases."""
    row = next((HandedOver(*one) for one in _found(HANDED, case.pk)), None)
    if row is None:
        return None
    how = handing.declared_of(row.service)
    under_way = row.state in (HandOver.State.SENT, HandOver.State.ACKNOWLEDGED)
    return own.Elsewhere(how.name if how else "", row.number, row.theirs_at, under_way)
