"""The answers of the unemployment funds (SO), Transportstyrelsen (TNS) and Migrationsverket (MIV)."""

from __future__ import annotations

from typing import Any

from lxml import etree

from stadig.config.agencies.asked import Asked
from stadig.config.agencies.lives import FUNDS, Fund, Life, day_at, last_day, month_at
from stadig.config.agencies.trees import under

UBP = "http://INT014.UBPService.Schemas"
VEHICLES = "http://schema.transportstyrelsen.se/ssbtek/hamtauppgifterresponder/1"
VEHICLE = "http://schema.transportstyrelsen.se/ssbtek/fordon/1"
CORRELATION = "@@correlation@@"
"""Stands where the question's correlation id is put in when an answer leaves, so that what is prepared is of use for the next."""
KINDS = {"UAT": "UPPEHÅLLS- OCH ARBETSTILLSTÅND", "PUT": "PERMANENT UPPEHÅLLSTILLSTÅND", "UT": "UPPEHÅLLSTILLSTÅND"}
DECISIONS = {"BEV": "ANSÖKAN BEVILJAS", "AVS": "ANSÖKAN AVSLÅS"}


def fill_funds(data: etree._Element, asked: Asked, life: Life) -> None:
    """The a-kassor, each with its own status and payments."""
    for name, value in (
        ("OrganisationsnummerIngivare", asked.asker.organisation),
        ("NamnIngivare", asked.asker.name),
        ("KontonamnHandlaggare", asked.asker.worker),
        ("Referensnummer", asked.case),
        ("From", asked.begin),
        ("Tom", asked.end),
        ("Syfte", asked.purpose),
        ("Paragraf", asked.law),
    ):
        under(data, name, value, ns=UBP)
    for organisation, _ in asked.asker.processors:
        under(data, "OrganisationsnummerPersonuppgiftsbitrade", organisation, ns=UBP)
    for _, name in asked.asker.processors:
        under(data, "NamnPersonuppgiftsbitrade", name, ns=UBP)
    under(data, "IdentificationNumber", asked.person, ns=UBP)
    listed = under(data, "ArbetsloshetsersattningLista", ns=UBP)
    told = {fund.name for fund in life.funds}
    for fund in (*life.funds, *(Fund(name) for name in FUNDS if name not in told)):
        one = under(listed, "Arbetsloshetsersattning")
        under(one, "SvarandeOrganisation", fund.name)
        under(one, "StatusSvarandeOrganisation", "inväntar rättning" if life.states.get("SO") == "unknown_code" else fund.status)
        for flow in fund.flows:
            for paid, month in flow.paid(asked.present):
                if asked.begin <= paid <= min(asked.end, asked.today):
                    payment = under(one, "Utbetalningar")
                    under(payment, "Utbetalningsdatum", paid)
                    under(payment, "NettoEfterSkatt", f"{flow.net}.00")
                    under(payment, "NettoEfterAvdrag", f"{flow.net}.00")
                    under(payment, "Ersattningsdagar", flow.days)
                    under(payment, "AvserFrom", month)
                    under(payment, "AvserTom", last_day(month))
        if fund.suspended:
            away = under(one, "Avstangningar")
            under(away, "AvstangdFrom", month_at(asked.present, fund.suspended[0]))
            under(away, "AvstangdTom", last_day(month_at(asked.present, fund.suspended[1])))
        if fund.applied:
            applied = under(one, "AnsoktOmErsattning")
            decided = under(applied, "BeslutOmRattTillErsattning")
            decided.set("{http://www.w3.org/2001/XMLSchema-instance}nil", "true")
            under(applied, "AnsokanOmUtbetalningInlamnad", True)


def fill_vehicles(data: etree._Element, asked: Asked, life: Life) -> None:
    """The vehicles a person holds."""
    del asked
    if life.states.get("TNS") in ("no_match", "unknown_code"):
        under(data, "resultat", "FEL", ns=VEHICLES)
        fault = under(data, "felresultat", ns=VEHICLES)
        missing = life.states["TNS"] == "no_match"
        under(fault, "felkod", 404 if missing else 977)
        under(fault, "feltext", "Personen finns inte" if missing else "Uppgiften är under utredning")
        return
    under(data, "resultat", "OK", ns=VEHICLES)
    held = under(data, "fordonsinnehav", ns=VEHICLES)
    for row in life.vehicles:
        one = under(held, "fordon", ns=VEHICLE)
        for name, value in zip(("regnr", "fabrikat", "fordonsar", "fordonsslag", "handelsbeteckning"), row, strict=True):
            under(one, name, value)


def fill_permits(data: etree._Element, asked: Asked, life: Life) -> None:
    """Residence and work permits; the elements within have no namespace."""
    answer = under(data, "response", ns="")
    under(answer, "korrelationsid", CORRELATION)
    under(answer, "correlationid", CORRELATION)
    under(answer, "efternamn", life.family)
    under(answer, "fornamn", life.given)
    under(answer, "personnummer", asked.person)
    listed = under(answer, "svarCollection")
    for permit in life.permits:
        _permit(under(listed, "svar"), permit, asked, unknown=life.states.get("MIV") == "unknown_code")


def _permit(one: etree._Element, permit: dict[str, Any], asked: Asked, *, unknown: bool) -> None:
    applied = day_at(asked.present, tuple(permit["applied"]))
    kind, decision = permit["kind"], permit.get("decision", "")
    under(one, "ansokningsdatum", applied)
    under(one, "arendeTyp", kind)
    under(one, "arendeTypNamn", KINDS[kind])
    if not decision:
        return  # applied for and not decided yet
    under(one, "beslutsKod", decision)
    under(one, "beslutsKodNamn", DECISIONS[decision])
    under(one, "beslutsTyp", permit["type"])
    under(one, "beslutsTypNamn", KINDS[permit["type"]])
    begin = day_at(asked.present, tuple(permit["from"]))
    under(one, "beslutsdatum", begin)
    under(one, "fromDatum", begin)
    under(one, "giltighetstid", "VILLKORAT" if unknown else "TIDBEGRANSAT" if "to" in permit else "PERMANENT")
    if "to" in permit:
        under(one, "tomDatum", day_at(asked.present, tuple(permit["to"])))
