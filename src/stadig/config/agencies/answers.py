"""What one agency answers to one question, ready as bytes. Prepared once for each question and kept, so that the benchmark's time is not spent here."""

from __future__ import annotations

import base64
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lxml import etree

from stadig.config.agencies import af, composite, csn, lefi, lives, others, skv, spoiling
from stadig.config.agencies.asked import Asked
from stadig.config.agencies.lives import Life
from stadig.config.agencies.trees import under

STATES = ("protected", "no_match", "not_entitled", "partial", "unknown_code", "unavailable")
"""What may hold for a person at an agency, by the story or by a dial."""
ERRORS = {
    "protected": ("BT", "SEKRETESS", "Personens uppgifter är skyddade och lämnas inte ut på detta sätt"),
    "no_match": ("BT", "404", "Not found"),
    "not_entitled": ("BT", "OBEHORIG", "Frågeställaren är inte behörig"),
    "unavailable": ("SSBT", "TIMEOUT", "Bastjänsten svarade inte i tid"),
    "bt_error": ("BT", "9071003", "Tekniskt fel hos bastjänsten"),
    "ssbt_error": ("SSBT", "TIMEOUT", "Bastjänsten svarade inte i tid"),
}
SAYS_ITSELF = {
    "AF": {"protected", "unknown_code"},
    "CSN": {"protected", "no_match", "unknown_code"},
    "FK": {"protected", "not_entitled", "partial", "unknown_code", "unavailable"},
    "PM": {"protected", "not_entitled", "partial", "unavailable"},
    "SKV": {"partial", "unknown_code"},
    "SO": {"partial", "unknown_code"},
    "TNS": {"no_match", "unknown_code"},
    "MIV": {"unknown_code"},
}
"""The states that an agency's own answer has words for; the others come as an error."""
SOMEONE_ELSE = ("197403199289", "199101292382")
KEPT = 4000

_FILL: dict[str, Callable[[etree._Element, Asked, Life], None]] = {
    "AF": af.fill,
    "CSN": csn.fill,
    "SO": others.fill_funds,
    "TNS": others.fill_vehicles,
    "MIV": others.fill_permits,
}
_kept: OrderedDict[tuple[Any, ...], bytes] = OrderedDict()


def element(asked: tuple[Asked, ...], moods: tuple[str, ...], correlation: str) -> bytes:
    """The element of one agency in SSBTEK's answer (of FK and PM together, which share one). ``moods`` go with ``asked``."""
    key = (*asked, moods)
    found = _kept.get(key)
    if found is None:
        found = _kept[key] = _element(asked, moods)
        if len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found.replace(others.CORRELATION.encode(), correlation.encode()) if asked[0].agency == "MIV" else found


def known(asked: Asked, mood: str) -> tuple[Asked, Life]:
    """The question and the life as the mood lets them be: someone else's where it is ``wrong_person``."""
    if mood == "wrong_person":
        asked = replace(asked, person=next(one for one in SOMEONE_ELSE if one != asked.person))
    life = lives.life(asked.person)
    if mood in STATES:
        life = replace(life, states=life.states | {asked.agency: mood})
    return asked, life


def failing(agency: str, mood: str, life: Life) -> tuple[str, str, str] | None:
    """The error an agency answers with: source, code and text."""
    if mood in ("bt_error", "ssbt_error"):
        return ERRORS[mood]
    state = life.states.get(agency, "")
    return ERRORS.get(state) if state not in SAYS_ITSELF[agency] else None


def _element(asked: tuple[Asked, ...], moods: tuple[str, ...]) -> bytes:
    space = composite.SPACE + asked[0].contract.rpartition("-")[2]
    name = "FK" if asked[0].agency == "PM" else asked[0].agency
    root = etree.Element(etree.QName(space, name), nsmap={"ssbt": space})
    pairs = [known(one, mood) for one, mood in zip(asked, moods, strict=True)]
    for (one, life), mood in zip(pairs, moods, strict=True):
        broken = failing(one.agency, mood, life)
        if broken:
            _error(root, *broken)
            return etree.tostring(root)
    if name == "FK":
        document = insurance([one for one, _ in pairs], [life for _, life in pairs], invalid="invalid" in moods)
        under(under(root, "data"), "lefiJsonSvar", base64.b64encode(document).decode())
        return etree.tostring(root)
    (one, life), mood = pairs[0], moods[0]
    if name == "SKV" and one.contract == "ssbtek-11":
        skv.fill_v11(root, one, life, _error)
    else:
        data = under(root, "data")
        (skv.fill_v10 if name == "SKV" else _FILL[name])(data, one, life)
        if mood == "invalid":
            spoiling.against_schema(name, data)
    return etree.tostring(root)


def insurance(asked: list[Asked], found: list[Life], *, invalid: bool = False) -> bytes:
    """LEFI's JSON for FK, PM or both."""
    together = replace(asked[0], parts=frozenset().union(*(one.parts for one in asked)))
    states = {one.agency: life.states.get(one.agency, "") for one, life in zip(asked, found, strict=True)}
    said = lefi.answer(together, found[0], states)
    return json.dumps(spoiling.json_against_schema(said) if invalid else said, ensure_ascii=False).encode()


def _error(parent: etree._Element, source: str, code: str, text: str) -> None:
    error = under(parent, "error")
    under(error, "kalla", source)
    under(error, "felkod", code)
    under(error, "felmeddelande", text)
