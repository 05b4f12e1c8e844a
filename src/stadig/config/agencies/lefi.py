"""Försäkringskassan's and Pensionsmyndigheten's answer: JSON of LEFI v9, alone over REST or in base64 within SSBTEK."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from stadig.config.agencies.asked import Asked, Wrong
from stadig.config.agencies.lives import Flow, Life, last_day

FK = {
    "ABB": "Barnbidrag", "AP": "Allmän pension", "AS": "Aktivitetsstöd", "BOB": "Bostadsbidrag", "BST": "Bilstöd",
    "BTI": "Bostadstillägg", "DPE": "Dagpenning", "EJO": "Ersättning för jobb", "ET": "Etableringsersättning",
    "FP": "Föräldrapenning", "FSJP": "Förebyggande sjukpenning", "GP": "Graviditetspenning", "HE": "Handikappersättning",
    "MABB": "Mottagare av barnbidrag", "MEK": "Merkostnadsersättning", "NP": "Närståendepenning", "OMV": "Omvårdnadsbidrag",
    "PJOB": "Programjobdagar", "PROG": "Programersättning", "RBE": "Rehabiliteringsersättning",
    "SA": "Sjuk- och aktivitetsersättning", "SBP": "Smittbärarpenning", "SJP": "Sjukpenning",
    "TFP": "Tillfällig föräldrapenning", "US": "Underhållsstöd", "VB": "Vårdbidrag", "YL": "Yrkesskadelivränta",
}  # fmt: skip
PM = {"AP": "Allmän pension", "BTI": "Bostadstillägg", "EF": "Efterlevandeförmåner"}
OTHER = {
    "FK:GEPI": "Generell personinformation", "FK:PANV": "Programanvisning", "FK:SGI": "Sjukpenninggrundande inkomst",
    "FK:SKUP": "Skatteuppgift", "FK:STAV": "Studiemedelsavisering", "PM:LINT": "Levnadsintyg", "PM:PBH": "Pensionsbehållning",
    "PM:PU": "Pensionsunderlag",
}  # fmt: skip
BOTH = {f"FK:{code}": name for code, name in FK.items()} | {f"PM:{code}": name for code, name in PM.items()}
LISTS = {
    "formansinformation": {code for code in BOTH if code.startswith("FK:")},
    "ansprak": {code for code in BOTH if code.startswith("PM:")},
    "beslut": {code for code in BOTH if code.startswith("PM:")},
    "preliminaraUtbetalningar": set(BOTH),
    "utbetalningar": set(BOTH),
    "ovrigInformation": set(OTHER),
}
"""What may be asked for in each list of the question."""
CASES = {
    "ABB": "barnbidragsarende", "AP": "allmanpensionsarende", "AS": "aktivitetsstodsarende", "BOB": "bostadsbidragsarende",
    "BTI": "bostadstillaggsarende", "DPE": "totalforsvarspliktsarende", "FP": "foraldrapenningarende",
    "FSJP": "forebyggandeSjukpenningsarende", "GP": "graviditetspenningsarende", "HE": "handikappersattningsarende",
    "MABB": "mottagareavbarnbidrag", "MEK": "merkostnadsersattningsarende", "NP": "narstaendepenningarende",
    "OMV": "omvardnadsbidragsarende", "PJOB": "programjobdagar", "PROG": "programersattningsarende", "RBE": "rehabersattningsarende",
    "SA": "sjukOchAktivitetsersattningsarende", "SBP": "smittbararersattningsarende", "SJP": "sjukpenningarende",
    "TFP": "tillfalligForaldrapenningarende", "US": "underhallsstodsmottag", "VB": "vardbidragsarende", "YL": "yrkesskadeegenlivrantearende",
}  # fmt: skip
"""Benefit → where its cases stand. A benefit that was asked for and has none has an empty list there."""
WITH_DECISIONS = ("BOB", "SJP", "ABB")
"""The benefits whose cases are made up too; of the others there are payments alone."""
PAID_BY = {"FK": (1001, "Försäkringskassan"), "PM": (1003, "Pensionsmyndigheten")}
LONGEST_DAYS = 2 * 366
ROWS = {
    "AP": ("PM:AP38", "PM:IP", "Inkomstpension"),
    "BTI": ("PM:BTP", "PM:BTP", "Bostadstillägg"),
    "EF": ("PM:EP", "PM:AFS", "Omställningspension"),
}


def question(body: bytes) -> tuple[str, tuple[dt.date, dt.date] | None, frozenset[str]]:
    """A question of LEFI's: the person, the period if there is one, and what is asked for as ``utbetalningar FK:BOB``.

    Raises Wrong as the interface answers 400.
    """
    try:
        said = json.loads(body)
    except ValueError:
        raise Wrong("400", "Frågan är inte giltig JSON.") from None
    if not isinstance(said, dict) or set(said) - {"personnummer", "period", *LISTS}:
        raise Wrong("400", "Frågan har fält som inte finns.")
    person = said.get("personnummer", "")
    if not (isinstance(person, str) and person.isdecimal() and len(person) in (10, 12)):
        raise Wrong("400", "Fältet personnummer är fel.")
    wanted: set[str] = set()
    for name, allowed in LISTS.items():
        codes = said.get(name, [])
        if not isinstance(codes, list) or len(set(map(str, codes))) != len(codes) or not set(codes) <= allowed:
            raise Wrong("400", f"Fältet {name} är fel.")
        wanted |= {f"{name} {code}" for code in codes}
    if not wanted:
        raise Wrong("400", "Minst en förmånsgrupp eller typ av övrig information behövs.")
    return person, _period(said.get("period")), frozenset(wanted)


def _period(said: Any) -> tuple[dt.date, dt.date] | None:
    if said is None:
        return None
    try:
        begin, end = dt.date.fromisoformat(said["from"]), dt.date.fromisoformat(said["tom"])
    except (KeyError, TypeError, ValueError):
        raise Wrong("400", "Fältet period är fel.") from None
    if end < begin or (end - begin).days > LONGEST_DAYS:
        raise Wrong("400", "Perioden är för lång eller slutar innan den börjar.")
    return begin, end


def agencies(wanted: Iterable[str]) -> list[str]:
    """FK and PM, those of them that something is asked of. Who the person is stands with either."""
    found = {one.partition(" ")[2].partition(":")[0] for one in wanted if not one.endswith("FK:GEPI")} or {"FK"}
    return [code for code in ("FK", "PM") if code in found]


def answer(asked: Asked, life: Life, states: dict[str, str] | None = None) -> dict[str, Any]:
    """The answer's JSON. Each agency gives what is asked of it and says so in ``utlamnare``. ``states`` (agency → state) goes before the story's."""
    found = life.states | (states or {})
    givers = agencies(asked.parts)
    said: dict[str, Any] = {"utlamnare": [_giver(code, found.get(code, "")) for code in givers]}
    facts: dict[str, Any] = {}
    protected = any(found.get(code) == "protected" for code in givers)
    if protected or "ovrigInformation FK:GEPI" in asked.parts:
        facts["generellPersoninformation"] = [_about(asked, life, protected=protected)]
    if "FK" in givers:
        _fk(said, facts, asked, life, found.get("FK", ""))
    if "PM" in givers:
        _pm(said, asked, life, found.get("PM", ""))
    return said | ({"formansinformation": facts} if facts else {})


def kinds() -> dict[str, Any]:
    """What one may ask for: the answer of *tillgangligaInformationstyper*."""
    described = BOTH | OTHER
    return {"utlamnare": [_giver("FK", ""), _giver("PM", "")]} | {
        name: [{"kod": code, "beskrivning": described[code]} for code in sorted(codes)] for name, codes in LISTS.items()
    }


def _giver(code: str, state: str) -> dict[str, Any]:
    down = state == "unavailable"
    return {
        "utlamnare": {"kod": code, "namn": PAID_BY[code][1]},
        "tillstand": {"kod": "OTILLGANGLIG", "beskrivning": "Otillgänglig"}
        if down
        else {"kod": "OK", "beskrivning": "Tillgänglig"},
    }


def _deviations(said: dict[str, Any], asked: Asked, agency: str, state: str) -> set[str]:
    """Note what is not given and why; returns the entries that are given."""
    wanted = {one for one in asked.parts if one.partition(" ")[2].startswith(agency)}
    refused = (
        wanted
        if state == "not_entitled"
        else {one for one in sorted(wanted) if state == "partial" and one.endswith(("SJP", "BTI"))}
    )
    code, words = ("OBEHORIG", "Ej behörig") if state == "not_entitled" else ("INTERNT_FEL", "Delsystemet svarar inte")
    for one in sorted(refused):
        name, _, group = one.partition(" ")
        field = "ovrigInformationstyp" if name == "ovrigInformation" else "formansgrupp"
        entry = {"avvikelse": {"kod": code, "beskrivning": words}, field: {"kod": group, "beskrivning": (BOTH | OTHER)[group]}}
        said.setdefault("avvikelser", {}).setdefault(name, []).append(entry)
    return wanted - refused if state not in ("protected", "unavailable") else set()


def _fk(said: dict[str, Any], facts: dict[str, Any], asked: Asked, life: Life, state: str) -> None:
    given = _deviations(said, asked, "FK", state)
    if any(one.startswith("utbetalningar") for one in given):
        facts["utbetalningsuppgift"] = []
    if any(one.startswith("preliminaraUtbetalningar") for one in given):
        facts["preliminarautbetalningar"] = []
    for benefit, name in CASES.items():
        if f"formansinformation FK:{benefit}" in given:
            flows = [flow for flow in life.fk if flow.benefit == benefit and benefit in WITH_DECISIONS and _touches(flow, asked)]
            facts[name] = [_case(flow, asked) for flow in flows]
    for flow in life.fk:
        for paid, month in flow.paid(asked.present):
            planned = paid > asked.today
            name = "preliminaraUtbetalningar" if planned else "utbetalningar"
            if asked.begin <= paid <= asked.end and f"{name} FK:{flow.benefit}" in given:
                facts["preliminarautbetalningar" if planned else "utbetalningsuppgift"].append(_payment(flow, paid, month))
    if state == "unknown_code" and facts.get("utbetalningsuppgift"):
        facts["utbetalningsuppgift"][0]["formansfamilj"] = {"id": "QZX", "beskrivning": "Ny förmån"}


def _about(asked: Asked, life: Life, *, protected: bool) -> dict[str, Any]:
    about: dict[str, Any] = {"personnummer": asked.person, "skyddad": protected}
    if not protected:
        about |= {"foddes": f"{asked.person[:4]}-{asked.person[4:6]}-{asked.person[6:8]}", "namn": f"{life.given} {life.family}"}
    return about


def _touches(flow: Flow, asked: Asked) -> bool:
    months = list(flow.paid(asked.present))
    return months[0][1] <= asked.end and last_day(months[-1][1]) >= asked.begin


def _money(amount: int) -> dict[str, Any]:
    return {"summa": float(amount), "valuta": "SEK"}


def _case(flow: Flow, asked: Asked) -> dict[str, Any]:
    months = list(flow.paid(asked.present))
    first, last = months[0][1], last_day(months[-1][1])
    decision: dict[str, Any] = {
        "fattades": (first - dt.timedelta(days=9)).isoformat(),
        "definitivt": True,
        "forman": {"id": flow.benefit, "beskrivning": FK[flow.benefit]},
        "period": {"fran": first.isoformat(), "till": last.isoformat()},
    }
    if flow.benefit == "SJP":
        decision |= {
            "omfattning": {"taljare": 1, "namnare": 1},
            "dagar": flow.days,
            "beslutsutfall": "BEVILJAN",
            "beslutstyp": "SLUTLIGT",
        }
    else:
        decision |= {
            "periodicitet": {"id": 1, "beskrivning": "Månadsvis"},
            "beslutatBruttobelopp": _money(flow.before_tax),
        }
    case: dict[str, Any] = {"beslut": [decision]}
    if flow.benefit != "ABB":
        case = {"startades": (first - dt.timedelta(days=30)).isoformat(), "aktivt": last >= asked.today} | case
    return case


def _payment(flow: Flow, paid: dt.date, month: dt.date) -> dict[str, Any]:
    gross = flow.before_tax
    tax = gross - flow.net
    period = {"fran": month.isoformat(), "till": last_day(month).isoformat()}
    benefit = {"id": flow.benefit, "beskrivning": FK[flow.benefit]}
    row: dict[str, Any] = {"forman": benefit, "period": period, "beloppstyp": benefit, "bruttobelopp": _money(gross)}
    if flow.days:
        row["dagar"] = flow.days
    rows = [row]
    if tax:
        withheld = {"id": "PS", "beskrivning": "Preliminär skatt"}
        rows.append({"forman": benefit, "period": period, "beloppstyp": withheld, "skattebelopp": _money(tax)})
    return {
        "typ": {"id": 1, "beskrivning": "Månad"},
        "foretag": {"id": 1001, "beskrivning": "Försäkringskassan"},
        "formansfamilj": benefit,
        "datum": paid.isoformat(),
        "period": period,
        "bruttobelopp": _money(gross),
        "skattebelopp": _money(tax),
        "avdragsbelopp": _money(tax),
        "nettobelopp": _money(flow.net),
        "utbetalningsdetalj": rows,
    }


def _pm(said: dict[str, Any], asked: Asked, life: Life, state: str) -> None:
    given = _deviations(said, asked, "PM", state)
    for name in ("ansprak", "beslut", "preliminaraUtbetalningar", "utbetalningar", "ovrigInformation"):
        if any(one.startswith(f"{name} PM:") for one in given):
            said.setdefault(name, [])
    for flow in life.pm:
        group = {"kod": f"PM:{flow.benefit}", "beskrivning": PM[flow.benefit]}
        first = next(flow.paid(asked.present))[1]
        if f"beslut PM:{flow.benefit}" in given and _touches(flow, asked):
            said["beslut"].append(
                {
                    "beslutsid": f"B-{flow.benefit}-{first:%Y%m}",
                    "beslutsdatum": (first - dt.timedelta(days=20)).isoformat(),
                    "formansgrupp": group,
                    "beslutsstatus": {"kod": "SLUTLIGT", "beskrivning": "Slutligt"},
                    "beslutsutfall": {"kod": "BIFALL", "beskrivning": "Bifall"},
                }
            )
        for paid, month in flow.paid(asked.present):
            name = "preliminaraUtbetalningar" if paid > asked.today else "utbetalningar"
            if asked.begin <= paid <= asked.end and f"{name} PM:{flow.benefit}" in given:
                said[name].append(_pension(flow, paid, month, group))


def _pension(flow: Flow, paid: dt.date, month: dt.date, group: dict[str, str]) -> dict[str, Any]:
    gross = flow.before_tax
    benefit, kind, words = ROWS[flow.benefit]
    payment: dict[str, Any] = {
        "utbetalningsdatum": paid.isoformat(),
        "utbetalningsperiod": {"from": month.isoformat(), "tom": last_day(month).isoformat()},
        "bruttobelopp": gross,
        "nettobelopp": flow.net,
        "utbetalningsrader": [
            {
                "formansgrupp": group,
                "belopp": gross,
                "utbetalningsforman": {"kod": benefit, "beskrivning": PM[flow.benefit]},
                "beloppstyp": {"kod": kind, "beskrivning": words},
            }
        ],
    }
    if gross > flow.net:
        payment["avdrag"] = [{"belopp": gross - flow.net, "avdragstyp": {"kod": "PM:PS", "beskrivning": "Preliminär skatt"}}]
    return payment
