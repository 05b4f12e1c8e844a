"""The agencies in words: what each is called, what it is asked about, what is not known while it has not said, and what its silence in
words means. Plain values; the words are in the reader's language when they are read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stadig.exchange import terms
from stadig.exchange.connections import ConnectionsFault, connections
from stadig.exchange.contracts.errors import FaultyDeclaration
from stadig.exchange.contracts.registry import open_contract
from stadig.ui import formatting

VERSION: Final = re.compile(r"\s+v\d[\d.]*$")


class Agency(NamedTuple):
    """One agency. ``unknown`` is what we do not know without its answer; ``nothing`` what it has said when it states nothing."""

    name: Any
    asks: Any
    unknown: Any
    nothing: Any


KNOWN: Final[dict[str, Agency]] = {
    terms.FK: Agency(
        _("Försäkringskassan"),
        _("Sjukpenning, föräldrapenning, bostadsbidrag, underhållsstöd och annan ersättning"),
        _("Vi vet inte om det finns ersättning från Försäkringskassan."),
        _("Försäkringskassan svarar att personen inte har någon ersättning under perioden."),
    ),
    terms.AF: Agency(
        _("Arbetsförmedlingen"),
        _("Inskrivning, program och aktivitetsrapporter"),
        _("Vi vet inte om personen är inskriven som arbetssökande."),
        _("Arbetsförmedlingen svarar att inget är registrerat om personen under perioden."),
    ),
    terms.SKV: Agency(
        _("Skatteverket"),
        _("Inkomst av kapital, skatteåterbäring och lön som arbetsgivare har redovisat"),
        _("Vi vet inte om det finns lön, kapital eller skatteåterbäring."),
        _("Skatteverket svarar att inget är registrerat om personen under perioden."),
    ),
    terms.PM: Agency(
        _("Pensionsmyndigheten"),
        _("Pension, bostadstillägg och äldreförsörjningsstöd"),
        _("Vi vet inte om det finns pension eller bostadstillägg."),
        _("Pensionsmyndigheten svarar att personen inte har någon ersättning under perioden."),
    ),
    terms.CSN: Agency(
        _("CSN"),
        _("Studiemedel, studiehjälp och andra studiestöd"),
        _("Vi vet inte om det finns studiestöd."),
        _("CSN svarar att personen inte har något studiestöd under perioden."),
    ),
    terms.SO: Agency(
        _("A-kassorna"),
        _("Utbetald ersättning, ersättningsdagar och avstängningar"),
        _("Vi vet inte om det finns a-kassa."),
        _("A-kassorna svarar att personen inte har någon ersättning under perioden."),
    ),
    terms.MIV: Agency(
        _("Migrationsverket"),
        _("Uppehållstillstånd och ansökningar"),
        _("Vi vet inte vilket tillstånd som gäller."),
        _("Migrationsverket svarar att inget är registrerat om personen."),
    ),
    terms.TNS: Agency(
        _("Transportstyrelsen"),
        _("Fordon som personen äger"),
        _("Vi vet inte om personen äger något fordon."),
        _("Transportstyrelsen svarar att personen inte äger något fordon."),
    ),
}


def of(code: str) -> Agency:
    """The agency of a code; one that a municipality has declared is called by its code."""
    known = KNOWN.get(code)
    if known is not None:
        return known
    name = _declared(code)
    return Agency(
        name,
        gettext("Det som %(agency)s har avtalat med kommunen att lämna ut") % {"agency": formatting.inside(name)},
        gettext("Vi vet inte vad %(agency)s har om personen.") % {"agency": formatting.inside(name)},
        gettext("%(agency)s svarar att inget är registrerat om personen under perioden.") % {"agency": name},
    )


def _declared(code: str) -> str:
    """The name in the declaration by which an agency of the municipality's own is asked, without its version; its code where there is none."""
    try:
        line = connections().of_agency.get(code)
    except ConnectionsFault:
        return code
    return _name_in(line.declaration) if line and line.declaration else code


@lru_cache(maxsize=16)
def _name_in(declaration: Path) -> str:
    try:
        contract = open_contract("rest", folder=None, declaration=declaration)
    except (FaultyDeclaration, OSError):
        return declaration.stem
    return VERSION.sub("", contract.name)


def name(code: str) -> str:
    """What an agency is called."""
    return str(of(code).name)


def place(code: str) -> int:
    """Where an agency stands among the others; those declared come last."""
    return terms.AGENCIES.index(code) if code in terms.AGENCIES else len(terms.AGENCIES)
