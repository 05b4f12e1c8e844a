"""Telling the parties of a case, and the one who handles it, that something happened. Never what: that stands behind a log-in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from stadig.cases.models import Case, Party
from stadig.city.models import User
from stadig.post import actions as post


def language_of(case: Case) -> str:
    """The language the applicant wrote in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT language FROM cases_document WHERE case_id = %s AND number = 1", [case.pk])
        found: tuple[str] | None = cursor.fetchone()
    return (found[0] if found else "") or "sv"


def parties(case: Case, template: str, key: str, *, on_paper: bool = True, **context: Any) -> int:
    """A message to each party, by the channels they chose, once for ``key``; gives how many. It names the case by its number alone.

    Without ``on_paper`` those whom nothing but a letter reaches are left: they get the thing itself by post.
    """
    told: set[int | str] = set()
    language = language_of(case)
    for party in Party.objects.filter(case=case).select_related("person__user"):
        if not on_paper and not reached(party):
            continue
        who = _who(party)
        if not who or who in told:
            continue
        told.add(who)
        values = {"number": case.number, "url": settings.PUBLIC_URL + f"/mina/{case.pk}/"} | context
        reach(party, f"cases/mail/{template}.txt", values, key=f"{key}:{party.pk}", language=language)
    return len(told)


def reach(party: Party, template: str, context: dict[str, Any], *, key: str, language: str) -> None:
    """Say something to one party, by the channels they chose; once for ``key``. Nothing where nothing reaches them."""
    if not _who(party):
        return
    address = _address(party)
    to = party.person or post.Recipient(party.name, address, party.phone, party.address)
    about, email = f"cases.case:{party.case_id}", address if party.person else ""
    post.notify_person(to, template, context, key=key, about=about, language=language, email=email)


def _who(party: Party) -> int | str:
    """Who it is, as far as the same one is not told twice; empty for one whom nothing reaches."""
    return party.person_id or _address(party) or party.phone or party.address


def assignee(case: Case, text: str, *, but: User | None = None) -> None:
    """A notice to the one who handles the case, unless they did it themselves."""
    if case.assignee and case.assignee != but:
        colleague(case.assignee, case, text)


def colleague(user: User, case: Case, text: str) -> None:
    """A notice to a colleague, with a link to the case."""
    post.tell(user, _("%(text)s: %(number)s") % {"text": text, "number": case.number}, reverse("cases:case", args=[case.pk]))


def reached(party: Party) -> bool:
    """Whether the party learns of what happens by e-mail or on Mina sidor; others by letter."""
    return bool(_address(party) or (party.person and getattr(party.person, "user", None)))


def _address(party: Party) -> str:
    if party.email:
        return party.email
    if party.person is None:
        return ""
    user = getattr(party.person, "user", None)
    return party.person.email or (user.email if user else "")
