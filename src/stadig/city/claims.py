"""Reading an identity provider's claims: who it is, without anything that must not be stored.

Swedish providers put the personnummer under many names, some in ``sub`` itself; all of them end here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from stadig.city import organisation_number
from stadig.city.personnummer import NotAPersonnummer, Personnummer, parse

NUMBER_CLAIMS = (
    "https://id.oidc.se/claim/personalIdentityNumber",
    "https://id.oidc.se/claim/coordinationNumber",
    "personalIdentityNumber",
    "personalNumber",
    "personal_number",
    "personnummer",
    "samordningsnummer",
    "national_identity_number",
    "nationalId",
    "ssn",
    "pid",
    "urn:oid:1.2.752.29.4.13",
    "sub",
)
"""Where Freja, BankID brokers and Sweden Connect put it, in the order of trust."""
ORGANISATION_CLAIMS = ("https://id.oidc.se/claim/orgNumber", "https://id.oidc.se/claim/orgName")
KEPT = ("acr", "amr")
"""Claims that may be stored: how sure the provider was, and by what means."""


class Represents(NamedTuple):
    """The organisation that the provider says someone acts for."""

    number: str
    """Ten digits with a hyphen: ``556036-0793``."""
    name: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who the provider says it is. ``number`` stays in memory alone."""

    given_name: str
    family_name: str
    email: str
    number: Personnummer | None
    stored: dict[str, Any]
    staff_name: str = ""
    represents: Represents | None = None


def merged(data: Mapping[str, Any]) -> dict[str, Any]:
    """Userinfo and ID token, or a flat set of claims, as one; userinfo counts before the token."""
    sources = [part for part in (data.get("userinfo"), data.get("id_token")) if isinstance(part, Mapping)] or [data]
    found: dict[str, Any] = {}
    for part in reversed(sources):
        found |= dict(part)
    return found


def _staff_name(found: Mapping[str, Any], claim: str) -> str:
    """The user name that a municipality's own provider gives; empty where it gives none, or an e-mail it has not verified."""
    value = found.get(claim)
    if not isinstance(value, str) or (claim == "email" and found.get("email_verified") is not True):
        return ""
    return value.strip()


def second_factor(stored: Mapping[str, Any], accepted: Collection[str]) -> bool:
    """Whether ``acr`` or ``amr`` holds one of the values that count as a second factor (RFC 8176; OpenID Connect Core, 2)."""
    means = stored.get("amr")
    said = [stored.get("acr"), *(means if isinstance(means, list) else [means])]
    return any(isinstance(value, str) and value in accepted for value in said)


def read(data: Mapping[str, Any], *, today: dt.date, staff_claim: str = "") -> Claimed:
    """Who the provider says it is. ``staff_claim`` is the claim in which a municipality's own provider gives the user name."""
    found = merged(data)
    whole = str(found.get("name") or "").split()
    given = str(found.get("given_name") or " ".join(whole[:1]))
    family = str(found.get("family_name") or " ".join(whole[1:]))
    kept = {name: found[name] for name in KEPT if isinstance(found.get(name), str | list)}
    email = str(found.get("email") or "") if found.get("email_verified") else ""
    return Claimed(
        *(given[:150], family[:150], email[:254], _number(found, today), kept),
        staff_name=_staff_name(found, staff_claim),
        represents=_represents(found),
    )


def _represents(claims: Mapping[str, Any]) -> Represents | None:
    number, name = (claims.get(claim) for claim in ORGANISATION_CLAIMS)
    written = organisation_number.read(number) if isinstance(number, str) else None
    return Represents(written, str(name or "")[:200]) if written else None


def _number(claims: Mapping[str, Any], today: dt.date) -> Personnummer | None:
    for name in NUMBER_CLAIMS:
        value = claims.get(name)
        if isinstance(value, str | int):
            try:
                return parse(str(value), today=today)
            except NotAPersonnummer:
                continue
    return None
