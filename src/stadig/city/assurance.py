"""How sure we are of who has logged in, and for which organisation they did.

An e-service says the least level of assurance it needs; the identity provider says in ``acr`` which it reached. Both are kept in
the session alone, and a new log-in begins anew.

References: Sweden Connect, *Identifiers*, section 3.1 (levels of assurance); OIDC Sweden, *Claims and Scopes 1.0*; DIGG's
tillitsramverk; eIDAS (EU) 2015/1502, where *low*, *substantial* and *high* answer to levels 2, 3 and 4.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from stadig.city.claims import Claimed, Represents

LEVELS: Final = {
    **{f"http://id.elegnamnden.se/loa/1.0/loa{level}": level for level in (1, 2, 3, 4)},
    "http://id.elegnamnden.se/loa/1.0/loa3-sigmessage": 3,
    "http://id.elegnamnden.se/loa/1.0/eidas-low": 2,
    "http://id.elegnamnden.se/loa/1.0/eidas-sub": 3,
    "http://id.elegnamnden.se/loa/1.0/eidas-high": 4,
    "http://id.elegnamnden.se/loa/1.0/eidas-nf-low": 2,
    "http://id.elegnamnden.se/loa/1.0/eidas-nf-sub": 3,
    "http://id.elegnamnden.se/loa/1.0/eidas-nf-high": 4,
    "http://id.swedenconnect.se/loa/1.0/uncertified-loa2": 2,
    "http://id.swedenconnect.se/loa/1.0/uncertified-loa3": 3,
    "http://id.swedenconnect.se/loa/1.0/uncertified-eidas-low": 2,
    "http://id.swedenconnect.se/loa/1.0/uncertified-eidas-sub": 3,
    "http://id.swedenconnect.se/loa/1.0/uncertified-eidas-high": 4,
}
"""``acr`` → level of assurance, 1–4. What is not here is level 0: nobody vouches for it."""
LEVEL, REPRESENTS = "stadig_assurance", "stadig_represents"


def level_of(acr: object) -> int:
    """The level of assurance, 0–4, that an ``acr`` stands for; ``STADIG_OIDC_LEVELS`` adds values of the city's own broker."""
    if not isinstance(acr, str):
        return 0
    return LEVELS.get(acr) or settings.OIDC_LEVELS.get(acr, 0)


def remember(request: HttpRequest, claimed: Claimed) -> None:
    """Keep in the session how sure the provider was, and the organisation it says the person represents."""
    request.session[LEVEL] = level_of(claimed.stored.get("acr"))
    if claimed.represents:
        request.session[REPRESENTS] = list(claimed.represents)


def level(request: Any) -> int:
    """The level of assurance of this log-in, 0–4."""
    return int(request.session.get(LEVEL, 0))


def wanted(name: str) -> int:
    """The level that a service's ``loa2``, ``loa3`` or ``loa4`` asks for; 0 for the empty name."""
    return int(name.removeprefix("loa")) if name else 0


def represents(request: Any) -> Represents | None:
    """The organisation that the identity provider says the person represents, or None."""
    found = request.session.get(REPRESENTS)
    return Represents(*found) if found else None
