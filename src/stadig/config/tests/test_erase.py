"""``stadig erase``: what may go is listed and destroyed, and what stands in the way is said."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from stadig.cases import actions
from stadig.cases.models import Case
from stadig.cases.tests.conftest import PARKING
from stadig.city import actions as city
from stadig.city.models import Organisation
from stadig.city.personnummer import luhn
from stadig.city.testing import traces
from stadig.config.commands.erase import app

pytestmark = pytest.mark.django_db(transaction=True)
CLI = CliRunner()
NINE = "461130240"
NUMBER = f"19{NINE}{luhn(NINE)}"


@pytest.fixture
def case(db: None) -> Case:
    committee = Organisation.objects.create(name="Gatu- och parknämnden", kind="committee")
    unit = Organisation.objects.create(name="Tillstånd", kind="unit", parent=committee)
    definition = type(PARKING)(
        first="received", statuses=PARKING.statuses, transitions=PARKING.transitions, keep="gallras 2 år efter avslut"
    )
    kind = actions.define(None, "parking", "e" * 64, definition, committee=committee, unit=unit, series="GPN")
    return actions.register(None, kind, title="Ansökan")


def test_a_case_is_listed_when_its_time_has_ended_and_destroyed_once(case, at):
    at("2026-11-24T09:00+01:00")
    said = CLI.invoke(app, ["case", case.number, "--yes"])
    assert said.exit_code == 1
    assert "pågår" in said.output
    actions.set_status(None, case.pk, "withdrawn")
    assert "None may be destroyed" in CLI.invoke(app, ["due"]).output
    at("2028-11-25T09:00+01:00")
    assert case.number in CLI.invoke(app, ["due"]).output
    assert CLI.invoke(app, ["case", case.number], input="n\n").exit_code == 1
    said = CLI.invoke(app, ["case", case.number.lower(), "--yes"])
    assert said.exit_code == 0, said.output
    assert "1 documents, 0 files" in said.output
    assert "There is no case" in CLI.invoke(app, ["case", case.number, "--yes"]).output


def test_a_person_is_destroyed_by_a_number_that_stays_out_of_the_history(db):
    city.register_person(None, given_name="Vendelina", family_name="Quistgaard", personnummer=NUMBER)
    said = CLI.invoke(app, ["person", "--yes"], input=NUMBER + "\n")
    assert said.exit_code == 0, said.output
    assert "Destroyed." in said.output
    assert NUMBER not in said.output
    assert traces("Vendelina", "Quistgaard") == []
    assert "No person" in CLI.invoke(app, ["person", "--yes"], input=NUMBER + "\n").output
