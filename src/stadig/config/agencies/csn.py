"""CSN's answer: the document *kommunfraga* v4.0, which travels in base64."""

from __future__ import annotations

import base64
import datetime as dt

from lxml import etree

from stadig.config.agencies.asked import Asked
from stadig.config.agencies.lives import Flow, Life, last_day
from stadig.config.agencies.trees import under, whole

BASE = "http://schema.csn.se/v4.0/"
ROOT, PERSON, TYPES, STUDIES = BASE + "kommunfraga", BASE + "person", BASE + "csntyper", BASE + "studiemedel"
NAMES = {
    "GRUND": "Studiemedel",
    "SH": "Studiehjälp",
    "SB": "Studiebidrag",
    "SSSTÖD": "Studiestartsstöd",
    "OSS": "Omställningsstudiestöd",
}
KINDS = (
    ("Studiemedel", "studiemedel", ("GRUND",)),
    ("Studiehjalp", "studiehjalp", ("SH", "SB")),
    ("HemutrustningsLan", "hemutrustningslan", ()),
    ("Studiestartsstod", "studiestartsstod", ("SSSTÖD",)),
    ("Omstallningsstudiestod", "omstallningsstudiestod", ("OSS",)),
)
"""The groups in the order of the schema, each with its list's name and the forms of support (*stodform*) it holds."""
AMOUNTS = {"GRUND": "GRUNDB", "SH": "STUDB", "SB": "STUDB", "SSSTÖD": "STÖDB", "OSS": "OSSBID"}


def fill(data: etree._Element, asked: Asked, life: Life) -> None:
    """Write the answer beneath ``data``."""
    under(data, "svar", base64.b64encode(document(asked, life)).decode())


def document(asked: Asked, life: Life) -> bytes:
    """CSN's own document."""
    state = life.states.get("CSN", "")
    root = etree.Element(etree.QName(ROOT, "CSNSvar"), nsmap={None: ROOT, "p": PERSON, "t": TYPES}, schemaVersion="4.0")
    result = under(under(root, "GemensamtSvarEkbistand"), "Resultat")
    unknown = state == "unknown_code"
    under(result, "ResultatKod", "42" if unknown else "0")
    under(result, "ResultatText", "Ärendet är under omprövning" if unknown else "Allt OK")
    under(root, "GemensamtFragaEkbistand")
    person = under(under(root, "Personer"), "Person")
    person.set("personnummer", asked.person[2:])
    person.set("Status", "Ej träff" if state == "no_match" else " " * 10)
    person.set("sekretess", "J" if state == "protected" else "  ")
    person.set("sekel", asked.person[:2])
    flows = () if state in ("protected", "no_match") else life.csn
    counts = under(person, "Studiestodstypforteckning", ns=PERSON)
    found = {name: [flow for flow in flows if flow.benefit in forms and _within(flow, asked)] for name, _, forms in KINDS}
    for name, listed, _ in KINDS:
        under(counts, listed, len(found[name]), ns=TYPES)
    for name, space, _ in KINDS:
        group = under(person, name, ns=PERSON)
        if found[name]:
            cases = under(group, "Arenden")
            for number, flow in enumerate(found[name], start=1):
                _case(under(cases, "Arende"), BASE + space, number, flow, asked)
    return whole(root)


def _within(flow: Flow, asked: Asked) -> bool:
    return any(asked.begin <= day <= asked.end for day, _ in flow.paid(asked.present))


def _case(case: etree._Element, ns: str, number: int, flow: Flow, asked: Asked) -> None:
    case.set("lopnummer", str(number))
    under(case, "stodform", flow.benefit, ns=ns)
    under(case, "klartext", NAMES[flow.benefit], ns=ns)
    under(case, "status", "BESLUTAD", ns=ns)
    months = list(flow.paid(asked.present))
    first, last = months[0][1], last_day(months[-1][1])
    applied = under(under(case, "soktaTider", ns=ns), "soktTid")
    under(applied, "soktfrom", _day(first), ns=TYPES)
    under(applied, "sokttom", _day(last), ns=TYPES)
    under(applied, "soktomfattning", "100", ns=TYPES)
    granted = under(under(case, "BeviljadeTider", ns=ns), "BeviljadTid")
    under(granted, "starttid", _week(first), ns=TYPES)
    under(granted, "sluttid", _week(last), ns=TYPES)
    under(granted, "takt", "100", ns=TYPES)
    _amounts(granted, flow, flow.net * len(months))
    plan = under(case, "UtbetalningsPlan", ns=ns)
    for paid, month in months:
        if not asked.begin <= paid <= asked.end:
            continue
        payment = under(plan, "Utbetalning")
        under(payment, "utbetdatum", _day(paid), ns=TYPES)
        under(payment, "utbetstatus", "Utbetald" if paid <= asked.today else "Planerad", ns=TYPES)
        time = under(under(payment, "Utbetaldatider", ns=TYPES), "Utbetaldtid")
        under(time, "startvecka", _week(month), ns=TYPES)
        under(time, "slutvecka", _week(last_day(month)), ns=TYPES)
        _amounts(time, flow, flow.net)
        under(payment, "totbelopp", flow.net, ns=TYPES)


def _amounts(parent: etree._Element, flow: Flow, total: int) -> None:
    one = under(under(parent, "Beloppen", ns=TYPES), "Belopp")
    under(one, "beloppstyp", AMOUNTS[flow.benefit])
    under(one, "klartext", "Bidrag")
    under(one, "belopp", flow.net)
    under(one, "totbelopp", total)
    under(parent, "totbelopp", total, ns=TYPES)


def _day(day: dt.date) -> str:
    return f"{day:%Y%m%d}"


def _week(day: dt.date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}{week:02d}"
