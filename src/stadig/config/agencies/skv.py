"""Skatteverket's answer: in v10 a document in a string with the year's capital, in v11 one JSON document for each part.

Nobody has published the schemas of v11's parts. The three that are known from answers are written as they were seen; *individuppgifter* (what
employers have reported) uses the names of the fields of the employer's declaration itself.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from lxml import etree

from stadig.config.agencies.asked import Asked
from stadig.config.agencies.lives import Life, month_at
from stadig.config.agencies.trees import under, whole

DOCUMENT = "http://xmls.skatteverket.se/se/skatteverket/zg/instans/standardiseradInformation/1.0"
TAX = "http://xmls.skatteverket.se/se/skatteverket/zg/komponent/infoForBeskattning/1.0"
REGISTER = "http://xmls.skatteverket.se/se/skatteverket/zg/komponent/infoForFolkbokforing/1.0"
PARTS = ("foretagsinformation", "individuppgifter", "skattekonto", "skatteuppgifter", "beskattningsbilagor")
FOUND_STATUS = "999"
"""*StatusPersonuppgiftKod* as it stands in the one answer that is known."""


def fill_v10(data: etree._Element, asked: Asked, life: Life) -> None:
    """Write ``svar`` beneath ``data``: the document as a string."""
    under(data, "svar", ns="").text = etree.CDATA(document(asked, life).decode())


def document(asked: Asked, life: Life) -> bytes:
    """Skatteverket's own document of v10."""
    root = etree.Element(
        etree.QName(DOCUMENT, "SvarBeskattningsuppgifterEnligtSFS2008-975"),
        nsmap={None: DOCUMENT, "besko": TAX, "folko": REGISTER},
    )
    one = under(under(root, "PersonuppgiftLista"), "Personuppgift")
    under(one, "IdentitetsbeteckningFysiskPerson", asked.person, ns=REGISTER)
    if life.states.get("SKV") != "protected":
        under(one, "Fornamn", life.given, ns=REGISTER)
        under(one, "Efternamn", life.family, ns=REGISTER)
    under(one, "StatusPersonuppgiftKod", "417" if life.states.get("SKV") == "unknown_code" else FOUND_STATUS)
    if life.capital and life.states.get("SKV") != "protected":
        capital = under(one, "Kapitaluppgift")
        under(capital, "Taxeringsar", asked.present.year - 1, ns=TAX)
        under(capital, "SummaIntakterPaKapital", life.capital, ns=TAX)
        under(capital, "OverskottPaKapital", life.capital, ns=TAX)
    return whole(root)


def fill_v11(answer: etree._Element, asked: Asked, life: Life, error: Any) -> None:
    """Write each part asked for beneath ``answer``, with its data or its own error (``error(parent, source, code, text)``)."""
    for part in PARTS:
        if part not in asked.parts:
            continue
        holder = under(answer, part)
        said = _PART[part](asked, life)
        if life.states.get("SKV") == "partial" and part == "skattekonto":
            error(holder, "SSBT", "TIMEOUT", "Bastjänsten svarade inte i tid")
        elif said is None:
            error(holder, "BT", "404", "Not found")
        else:
            under(holder, "data", base64.b64encode(json.dumps(said, ensure_ascii=False).encode()).decode())


def _company(asked: Asked, _life: Life) -> dict[str, Any]:
    return {
        "foretag": {
            "foretagId": asked.person,
            "arbetsgivarregistrerad": False,
            "momsregistrerad": False,
            "godkandFskatt": False,
        }
    }


def _reported(asked: Asked, life: Life) -> dict[str, Any]:
    """What employers have declared for the months of the period."""
    rows = [
        {
            "redovisningsperiod": f"{month:%Y%m}",
            "agRegistreradId": flow.payer_number,
            "arbetsgivare": flow.payer,
            "betalningsmottagarId": asked.person,
            "specifikationsnummer": 1,
            "kontantErsattningUlagAG": flow.before_tax,
            "avdrPrelSkatt": flow.before_tax - flow.net,
        }
        for flow in life.salaries
        for _, month in flow.paid(asked.present)
        if asked.begin.replace(day=1) <= month <= asked.end
        and month <= month_at(asked.present, life.reported_until)
        and month <= asked.today
    ]
    return {"identitet": asked.person, "individuppgifter": sorted(rows, key=lambda row: row["redovisningsperiod"])}


def _account(asked: Asked, life: Life) -> dict[str, Any]:
    return {
        "kontohavare": asked.person,
        **(
            {"utbetaltBelopp": life.tax_refund, "bokforingsdag": f"{month_at(asked.present, -1):%Y-%m-%d}"}
            if life.tax_refund
            else {"utbetaltBelopp": 0}
        ),
        "saldo": life.tax_balance,
        "preliminarRanta": 0,
        "senastUppdaterad": f"{asked.today:%Y-%m-%d}T03:04:05",
    }


def _taxes(asked: Asked, life: Life) -> dict[str, Any]:
    earned = sum(flow.before_tax for flow in life.salaries) * 12
    if not (earned or life.capital):
        return {"identitet": asked.person, "beslutadeSkatteuppgifter": []}
    year = asked.present.year - 1
    amounts = {
        "inkomstar": str(year),
        "overskottAvTjanst": str(earned),
        **({"sumKapital": str(life.capital)} if life.capital else {}),
        "fastStalldInkomst": str(earned // 100 * 100),
        "summaSlutligSkatt": str(earned // 4),
    }
    decided = {
        "beskattningsar": year,
        "beskattningsperiod": f"{year}P4",
        "datumFaststalld": f"{year + 1}-08-26",
        "uppgifter": amounts,
    }
    return {"identitet": asked.person, "beslutadeSkatteuppgifter": [decided]}


def _attachments(_asked: Asked, _life: Life) -> None:
    return None


_PART = {
    "foretagsinformation": _company,
    "individuppgifter": _reported,
    "skattekonto": _account,
    "skatteuppgifter": _taxes,
    "beskattningsbilagor": _attachments,
}
