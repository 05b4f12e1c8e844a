"""*Write your first e-service*, followed to the letter: the files, the commands, the resident, the case worker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from typer.testing import CliRunner

from stadig.cases.models import Case
from stadig.city.models import Organisation
from stadig.city.roles import Role
from stadig.config.commands.package import app
from stadig.eservices import actions, reading

TEXT = (Path(__file__).parents[1] / "docs" / "first-e-service.md").read_text()
FILES = re.findall(r'^```\w+ title="garden-plot/([^"]+)"\n(.*?)^```$', TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^\$ stadig package (lint|test) garden-plot\n(.*?)(?=^\$ |^```)", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, body in FILES:
        path = tmp_path / "garden-plot" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)
    return tmp_path / "garden-plot"


def test_the_commands_say_what_the_page_says(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert [name for name, _ in COMMANDS] == ["lint", "test"]
    for command, told in COMMANDS:
        assert CliRunner().invoke(app, [command, "garden-plot"]).stdout == told
    flow = folder / "flow.yaml"
    flow.write_text(flow.read_text().replace('show_if: {"==": [{var: grown_before}', 'show_if: {"==": [{var: grown_befor}'))
    wrong = CliRunner().invoke(app, ["lint", "garden-plot"])
    assert wrong.exit_code == 1 and "flow.yaml:10" in wrong.stdout and "grown_befor" in wrong.stdout


@pytest.fixture
def opened(db, folder):
    committee = Organisation.objects.create(name="Kultur- och fritidsnämnden", kind="committee")
    unit = Organisation.objects.create(name="Kultur och fritid", kind="unit", parent=committee)
    actions.install(None, reading.files_of(folder))
    return unit


def test_a_resident_applies_and_a_case_worker_decides(opened, client, someone):
    address = client.post(reverse("eservices:begin", args=["garden-plot"]))["Location"]

    def send(**said: str) -> str:
        """Fill in the page one is at, go on, and read the page one comes to."""
        nonlocal address
        asked = re.findall(r'name="_q" value="([^"]+)"', client.get(address).content.decode())
        address = client.post(address, said | {"_q": asked, "_do": "next"})["Location"]
        return client.get(address).content.decode()

    send(size="small", plans="Potatis")
    assert "Vill du ha hjälp den första våren?" in send(grown_before="no")
    send(grown_before="no", wants_help="yes")
    assert "Läs igenom" in send(name="Berit Lund", email="berit@example.se", keeps_rules="yes")
    client.post(address, follow=True)
    case = Case.objects.get()
    assert (case.title, case.status, str(case.unit)) == ("Odlingslott", "received", "Kultur och fritid")

    client.force_login(someone(Role.CASE_WORKER, organisation=opened), backend="stadig.city.login.PasswordBackend")
    client.post(reverse("cases:take", args=[case.pk]))
    decide = reverse("cases:decide", args=[case.pk])
    begun = client.post(decide, {"step": "begin", "type": "offered"}).context["form"]
    reasons = begun["reasoning"].value()
    assert reasons == "Du sökte en lott. Storlek: Liten. Du får lott nummer [lottens nummer], som blev ledig [dag]."
    said = {"type": "offered", "conditions": begun["conditions"].value(), "step": "decide"}
    assert client.post(decide, said | {"reasoning": reasons}).status_code == 422
    written = reasons.replace("[lottens nummer]", "12").replace("[dag]", "den 3 maj")
    client.post(decide, said | {"reasoning": written})
    case.refresh_from_db()
    assert (case.status, case.group) == ("offered", "closed")
