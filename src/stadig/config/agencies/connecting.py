"""The ``exchange.toml`` by which Stadig asks this stand-in, and the declaration of the generic REST agency. Written when the program starts."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

ASKER = "162120009998"
"""An organisation number that no municipality has."""


def write(folder: Path, address: str, *, tls: bool, town: bool = False, past: bool = False) -> Path:
    """Write the files into the folder and return the path of ``exchange.toml``. ``address`` is such as ``https://127.0.0.1:12000``.

    ``town``: the demo town's, where two agencies are closed at times and all are real ones. ``past``: for the town's past, which is asked
    about in a moment: what has not come within half a second is overdue.
    """
    proof = 'ca = "ca.pem"\ncertificate = "client.pem"\nkey = "client.key"\n' if tls else ""
    parts = [ASKED_BY.format(asker=ASKER), QUICK if past else DEADLINES, COMPOSITE.format(address=address, proof=proof)]
    parts += [HOURS] if town else []
    parts += [DIRECT.format(address=address, proof=proof)]
    parts += [] if town or past else [EXAMPLE.format(address=address, proof=proof)]
    _keep(folder / "exchange.toml", "\n".join(parts))
    _keep(folder / "rest-example.toml", DECLARATION)
    return folder / "exchange.toml"


def _keep(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


ASKED_BY = dedent("""\
    # How the made-up agencies are asked. Written by `stadig agencies`: a change here is lost when it starts anew.
    # Paths are relative to this file.

    [asker]
    organisation_number = "{asker}"
    name = "Lindhamns kommun"
    actor_id = "999-01"
    """)
DEADLINES = dedent("""\
    [deadlines]
    lookup_s = 7.0
    agency_s = 5.0
    """)
QUICK = dedent("""\
    [deadlines]
    lookup_s = 7.0
    agency_s = 0.5
    late_s = 0
    """)
COMPOSITE = dedent("""\
    [[connection]]
    name = "ssbtek-v11"
    contract = "ssbtek-11"
    url = "{address}/ssbtek/v11"
    agencies = ["AF", "CSN", "SKV", "SO", "MIV", "TNS"]
    {proof}""")
HOURS = dedent("""\
    [connection.hours.CSN]
    weekdays = "06:00-22:00"
    saturdays = "08:00-16:00"
    sundays = "closed"

    [connection.hours.TNS]
    weekdays = "12:00-18:00"
    saturdays = "closed"
    sundays = "closed"
    """)
DIRECT = dedent("""\
    [[connection]]
    name = "ssbtek-v10"
    contract = "ssbtek-10"
    url = "{address}/ssbtek/v10"
    agencies = ["PM"]
    {proof}
    [[connection]]
    name = "lefi-9"
    contract = "lefi-9"
    url = "{address}/lefi/v9"
    agencies = ["FK"]
    {proof}""")
EXAMPLE = dedent("""\
    [[connection]]
    name = "rest-example"
    contract = "rest"
    declaration = "rest-example.toml"
    url = "{address}/rest"
    agencies = ["HAMN"]
    {proof}""")
DECLARATION = dedent("""\
    # A made-up agency with an interface of its own: how it is asked and what its fields mean.
    name = "Hamnkassan v1"
    agency = "HAMN"
    law = "2 § hamnkassans stadgar, påhittade"

    [request]
    path = "/fragor"
    headers = { X-Correlation-Id = "{correlation_id}" }

    [request.body]
    "/person" = "{person}"
    "/from" = "{from}"
    "/to" = "{to}"
    "/case" = "{case}"
    "/purpose" = "{purpose}"
    "/law" = "{law}"
    "/worker" = "{worker}"

    [answer]
    person = "/person"
    nothing = "/payments"
    ok = { at = "/status", is = ["OK"] }
    status = { 404 = "no_match" }

    [[answer.facts]]
    list = "/payments"
    kind = "payment"
    benefit = "/benefit"
    label = "/label"
    net = "/amount"
    pay_date = "/paid"
    status = { at = "/status", known = ["paid"], planned = ["planned"] }

    [formats]
    date = "YYYY-MM-DD"
    amount = "kronor"

    [probe]
    path = "/halsa"
    """)
