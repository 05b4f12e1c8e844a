"""Asks the stand-in for the agencies as plainly as can be, without a line of the program's own client."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
YUSUF, SAMIRA, KARIN = "199101062397", "199203092383", "195401030423"
ORDER = ("AF", "CSN", "FK", "SKV", "SO", "TNS", "MIV")
PERIOD = ("2026-09-01", "2026-11-30")
EVERYTHING = {
    "formansinformation": ["FK:BOB", "FK:SJP", "FK:ABB"],
    "beslut": ["PM:AP", "PM:BTI"],
    "preliminaraUtbetalningar": ["FK:BOB", "FK:SJP", "FK:ABB", "PM:AP"],
    "utbetalningar": ["FK:BOB", "FK:SJP", "FK:ABB", "FK:FP", "PM:AP", "PM:BTI"],
    "ovrigInformation": ["FK:GEPI"],
}


def space(version: str) -> str:
    return f"http://schema.forsakringskassan.se/integration/ssbt/{version}"


def question(agencies, person=YUSUF, version="11", *, period=PERIOD, at="2026-11-24T07:00:00+01:00", lefi=None, **changed):
    """A question as bytes. ``changed`` replaces a field's text: ``syfte=""``."""
    said = {
        "organisationsnummer": "162120009998", "namn": "Lindhamns kommun", "handlaggare": "petra", "personidentitet": person,
        "arendeidentitet": "SN 2026/00001", "syfte": "Beslut om ekonomiskt bistånd", "lagtext": "15 kap. 10 § SoL",
    } | changed  # fmt: skip
    wanted = lefi or json.dumps({"personnummer": person, "period": {"from": period[0], "tom": period[1]}} | EVERYTHING)
    inner = {
        "FK": f"<fraga><version>v9</version><aktorsid>999-01</aktorsid><lefiJsonFraga>{base64.b64encode(wanted.encode()).decode()}"
        "</lefiJsonFraga></fraga>",
        "SKV": "<fraga><ar>2025</ar><foretagsinformation>true</foretagsinformation><individuppgifter>true</individuppgifter>"
        "<skattekonto>true</skattekonto><skatteuppgifter>true</skatteuppgifter><beskattningsbilagor>true</beskattningsbilagor></fraga>"
        if version == "11"
        else "",
    }
    specific = "".join(
        f'<{one} inkludera="{str(one in agencies).lower()}">{inner.get(one, "") if one in agencies else ""}</{one}>'
        for one in ORDER
    )
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><hamtaBastjanstInformation xmlns="{space(version)}"><generellaFrageparametrar>'
        f"<frageTidpunkt>{at}</frageTidpunkt><korrelationsid>c-1</korrelationsid>"
        f"<fraganSkallInkluderasISvaret>false</fraganSkallInkluderasISvaret><ingivare>"
        f"<organisationsnummer>{said['organisationsnummer']}</organisationsnummer><namn>{said['namn']}</namn>"
        f"<handlaggare>{said['handlaggare']}</handlaggare></ingivare><personidentitet>{said['personidentitet']}</personidentitet>"
        f"<arendeidentitet>{said['arendeidentitet']}</arendeidentitet><tidsperiod><fromDatum>{period[0]}</fromDatum>"
        f"<tomDatum>{period[1]}</tomDatum></tidsperiod><syfte>{said['syfte']}</syfte><lagtext>{said['lagtext']}</lagtext>"
        f"</generellaFrageparametrar><specifikaFrageparametrar>{specific}</specifikaFrageparametrar></hamtaBastjanstInformation>"
        f"</s:Body></s:Envelope>"
    ).encode()


def send(running, path: str, body: bytes | None, *, certificate="client", media="text/xml; charset=utf-8", timeout=10.0):
    """Status, content type and body, over mutual TLS where the stand-in asks for it."""
    address = urlsplit(running.address)
    if address.scheme == "https":
        tls = ssl.create_default_context(cafile=str(running.folder / "ca.pem"))
        if certificate:
            tls.load_cert_chain(running.folder / f"{certificate}.pem", running.folder / f"{certificate}.key")
        connection: Any = http.client.HTTPSConnection(address.netloc, context=tls, timeout=timeout)
    else:
        connection = http.client.HTTPConnection(address.netloc, timeout=timeout)
    try:
        connection.request("GET" if body is None else "POST", path, body, {"Content-Type": media})
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def ask(running, agencies, person=YUSUF, version="11", **more):
    """The answer's ``svarsdata``, or the fault's detail."""
    _status, _media, body = send(running, f"/ssbtek/v{version}", question(agencies, person, version, **more))
    root = etree.fromstring(body)
    found = root.find(f".//{{{space(version)}}}svarsdata")
    return found if found is not None else root


def lefi(data) -> dict[str, Any]:
    """The JSON within an FK element."""
    return json.loads(base64.b64decode(data.findtext(".//{*}lefiJsonSvar")))
