"""Arbetsförmedlingen's answer: ``Fraga`` and ``Svar`` of *ers_stod* v2."""

from __future__ import annotations

from lxml import etree

from stadig.config.agencies.asked import Asked
from stadig.config.agencies.lives import Life, Seeker, day_at, last_day, month_at
from stadig.config.agencies.trees import under

NS = "http://api.arbetsformedlingen.se/arbetssokande/ersattningsstod/v2"
REPORTS = {
    "200": "Aktivitetsrapport finns",
    "500": "Personen är inte inskriven i aktuellt program",
    "501": "Aktivitetsrapport är inte inlämnad",
    "502": "Tekniskt fel",
}
NORMAL = "Frågan har behandlats och ett svar finns."


def fill(data: etree._Element, asked: Asked, life: Life) -> None:
    """Write the answer beneath ``data``."""
    _question(under(data, "Fraga", ns=NS), asked)
    answer = under(data, "Svar", ns=NS)
    state = life.states.get("AF", "")
    under(answer, "Schemaversion", "4.0")
    under(answer, "Referensnummer", asked.case)
    under(answer, "LagParagraf", asked.law)
    under(answer, "IdentitetsbeteckningFysiskPerson", asked.person)
    if state != "protected":
        under(answer, "Fornamn", life.given)
        under(answer, "Efternamn", life.family)
    under(answer, "Sekretessmarkering", state == "protected")
    seeker = life.seeker
    if seeker and state != "protected":
        _registered(under(answer, "ArbetssokandeInfo"), asked, seeker)
        if seeker.decisions:
            _decisions(under(under(answer, "BeslutInfo"), "EkonomiskaBeslut"), asked, seeker)
        if seeker.fund:
            under(answer, "Akassetillhorighet", seeker.fund)
    elif state != "protected":
        info = under(answer, "ArbetssokandeInfo")
        under(info, "Arbetssokande", False)
        under(under(info, "AktivetetsRapportDatum"), "AktivitetsRapportMeddelande", "500")
    unknown = state == "unknown_code"
    under(answer, "StatusSokandeinformationKod", 77 if unknown else 0)
    under(answer, "StatusSokandeinformationKodText", "Uppgiften är under omprövning" if unknown else NORMAL)


def _question(question: etree._Element, asked: Asked) -> None:
    under(question, "OrganisationsnummerForIngivare", asked.asker.organisation)
    under(question, "NamnPaIngivare", asked.asker.name)
    under(question, "KontonamnForHandlaggare", asked.asker.worker)
    under(question, "Referensnummer", asked.case)
    under(question, "From", asked.begin)
    under(question, "Tom", asked.end)
    under(question, "SyfteMedFraga", asked.purpose)
    under(question, "LagParagraf", asked.law)
    for organisation, name in asked.asker.processors[:1]:
        under(question, "OrganisationsnummerForPersonuppgiftsbitrade", organisation)
        under(question, "NamnPaPersonuppgiftsbitrade", name)
    under(question, "IdentitetsbeteckningFysiskPerson", asked.person)


def _registered(info: etree._Element, asked: Asked, seeker: Seeker) -> None:
    here = seeker.registered and day_at(asked.present, seeker.registered) <= asked.end
    gone = day_at(asked.present, seeker.left) if seeker.left else None
    under(info, "Arbetssokande", bool(here and not (gone and gone <= asked.end)))
    if here and seeker.registered:
        under(info, "ArbetssokandeSKAT", seeker.category)
        under(info, "ArbetssokandeRegistrerad", day_at(asked.present, seeker.registered))
        under(info, "ArbetssokandeOmfattning", seeker.extent_percent)
        if gone and gone <= asked.end:
            under(info, "ArbetssokandeAvaktualiserad", gone)
    report = under(info, "AktivetetsRapportDatum")
    under(report, "AktivitetsRapportMeddelande", seeker.report_code)
    if seeker.report:
        day = day_at(asked.present, seeker.report)
        if day > asked.today:
            day = day_at(asked.present, (seeker.report[0] - 1, seeker.report[1]))
        under(report, "SenasteAktivitetsRapportDatum", day)


def _decisions(decisions: etree._Element, asked: Asked, seeker: Seeker) -> None:
    for kind, extent, first, last in seeker.decisions:
        begin, end = month_at(asked.present, first), last_day(month_at(asked.present, last))
        if begin <= asked.end and end >= asked.begin:
            one = under(decisions, "Beslut")
            under(one, "ErsattningTyp", kind)
            under(one, "Omfattning", extent)
            under(one, "BeslutFrom", begin)
            under(one, "BeslutTom", end)
