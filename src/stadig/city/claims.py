"""Reading an identity provider's claims: who it is, without anything that must not be stored.

Swedish providers put the personnummer under many names, some in ``sub`` itself; all of them end here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
KEPT = ("acr", "amr")
"""Claims that may be stored: how sure the provider was, and by what means."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who the provider says it is. ``number`` stays in memory alone."""

    given_name: str
    family_name: str
    email: str
    number: Personnummer | None
    stored: dict[str, Any]


def read(data: Mapping[str, Any], *, today: dt.date) -> Claimed:
    """Read userinfo and ID token, or a flat set of claims; userinfo counts before the token."""
    sources = [part for part in (data.get("userinfo"), data.get("id_token")) if isinstance(part, Mapping)] or [data]
    merged: dict[str, Any] = {}
    for part in reversed(sources):
        merged |= dict(part)
    whole = str(merged.get("name") or "").split()
    given = str(merged.get("given_name") or " ".join(whole[:1]))
    family = str(merged.get("family_name") or " ".join(whole[1:]))
    kept = {name: merged[name] for name in KEPT if isinstance(merged.get(name), str | list)}
    email = str(merged.get("email") or "") if merged.get("email_verified") else ""
    return Claimed(given[:150], family[:150], email[:254], _number(merged, today), kept)


def _number(claims: Mapping[str, Any], today: dt.date) -> Personnummer | None:
    for name in NUMBER_CLAIMS:
        value = claims.get(name)
        if isinstance(value, str | int):
            try:
                return parse(str(value), today=today)
            except NotAPersonnummer:
                continue
    return None
