"""Whom a submitted form concerns: who is logged in, whom they act for, and what the form says of how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from stadig.cases.actions import NewParty
from stadig.cases.models import Party
from stadig.city.models import Person
from stadig.eservices import flow, rules
from stadig.eservices.drafts import Contents
from stadig.eservices.package import Package, Signer

CONTACT: Final = ("", "contact.", "applicant.")
"""Where a form asks for the sender's own ``name``, ``email``, ``phone`` and ``address``."""
CO_APPLICANTS: Final = (Party.Role.CO_APPLICANT, Party.Role.GUARDIAN)
"""Signers who are parties too; others, such as a manager who approves, only sign."""


def parties(package: Package, state: flow.State, person: Person | None, opened: Contents, *, today: date) -> tuple[NewParty, ...]:
    """Everyone the new case concerns. Of a registered person nothing but who it is; of others what the form says."""
    told = asdict(opened.contact) if opened.contact else {}
    said = {name: told.get(name) or _said(state.answers, name) for name in ("name", "email", "phone", "address")}
    acting = opened.acting
    role = Party.Role.REPORTER if package.case.work else Party.Role.APPLICANT
    found: list[NewParty] = []
    if acting:
        found.append(
            NewParty(
                Party.Role.ORGANISATION, name=acting.name, organisation_number=acting.organisation_number, address=said["address"]
            )
        )
        role = Party.Role.REPRESENTATIVE
    if person:
        found.append(NewParty(role, person, email=said["email"], phone=said["phone"]))
    elif any(said.values()):
        found.append(NewParty(role, None, **said))
    found += [
        NewParty(signer.role, name=text_of(state.answers, signer.name), email=text_of(state.answers, signer.email))
        for signer in signers(package, state, today=today)
        if signer.role in CO_APPLICANTS
    ]
    return tuple(found)


def signers(package: Package, state: flow.State, *, today: date) -> tuple[Signer, ...]:
    """Those who must sign besides the sender: whose condition holds and whom the form names."""
    return tuple(
        signer
        for signer in package.flow.sign
        if text_of(state.answers, signer.email)
        and (signer.when is None or rules.compile_rule(signer.when).holds(dict(state.answers), today=today))
    )


def _said(answers: Mapping[str, Any], name: str) -> str:
    found = (text_of(answers, f"{where}{name}") for where in CONTACT)
    return next((one for one in found if one), "")


def text_of(answers: Mapping[str, Any], path: str) -> str:
    """A text that was answered, the parts of an address on one line; empty for what is no text."""
    value = flow.get(answers, path) if path else None
    if isinstance(value, Mapping):  # an address in parts
        return ", ".join(str(part) for part in value.values() if isinstance(part, str) and part)
    return value.strip() if isinstance(value, str) else ""
