"""*Your first pilot*, followed to the letter: the card, the start, the figures, the command, the decision."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from typer.testing import CliRunner

from stadig.city import rollout
from stadig.city.roles import Role
from stadig.config.commands.pilot import app
from stadig.pilots import actions, card_fields, card_measures, card_reading, forms
from stadig.pilots import card as cards
from stadig.pilots.models import CardVersion, Pilot

TEXT = (Path(__file__).parents[1] / "docs" / "your-first-pilot.md").read_text()
PROGRAM = re.findall(r'^```python title="figures.py"\n(.*?)^```$', TEXT, re.MULTILINE | re.DOTALL)[0]
COMMAND, TOLD = re.findall(r"^\$ stadig pilot (.*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[0]
LIMITS = "Gränser för skada"


def rows(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading, without its head."""
    part = TEXT.split(f" {heading}\n", 1)[1].split("\n#", 1)[0]
    table = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def fields_of(heading: str) -> tuple[card_fields.Field, ...]:
    if heading == LIMITS:
        return card_fields.limit_fields(0, inclusion=True)
    return next(one.fields for one in card_fields.SECTIONS if str(one.title) == heading)


def answers() -> dict[str, str]:
    """What the page types, by the name of the field whose question it names."""
    found: dict[str, str] = {}
    for heading in [*(str(one.title) for one in card_fields.SECTIONS), LIMITS]:
        by_label = {str(one.label): one for one in fields_of(heading)}
        for question, said in rows(heading):
            field = by_label[question]
            values = {str(label): value for value, label in field.choices}
            if field.kind == "measure":  # the page offers the registers' measures, and the file
                values = {one.label: one.value for one in card_measures.offered((), "").measures}
            found[field.name] = values[said] if values else said
    return found


def held(pilot: Pilot) -> cards.Card:
    return cards.read(CardVersion.objects.filter(pilot=pilot).order_by("-number")[0].card)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    exec(compile(PROGRAM, "figures.py", "exec"), {})  # noqa: S102 - our own text
    return tmp_path


def test_the_command_says_what_the_page_says(files):
    assert CliRunner().invoke(app, shlex.split(COMMAND)).stdout == TOLD


def test_from_an_idea_to_a_decided_trial(db, files, client, someone, at):
    at("2026-08-26T09:00+02:00")
    client.force_login(someone(Role.DIRECTOR), backend="stadig.city.login.PasswordBackend")
    title, service = rows("1. The idea")[0]
    new = client.get(reverse("pilots:desk-new")).content.decode()
    slug = re.findall(rf'value="([^"]+)"[^>]*>{service}<', new)[0]
    client.post(reverse("pilots:desk-new"), {"title": title, "service": slug})
    pilot = Pilot.objects.get()

    def at_page(name: str) -> str:
        return reverse(f"pilots:desk-{name}", args=[pilot.pk])

    asked = client.get(at_page("card")).content.decode()
    typed = {name: value for name, value in card_reading.values(held(pilot)).items() if value}
    for name in answers():
        assert f'name="{name}"' in asked, f"the page has no field {name}"
    client.post(at_page("card"), typed | answers() | {"seen": "1"})
    assert cards.problems(held(pilot)) == []
    sentence = re.findall(r"^> (.*)$", TEXT, re.MULTILINE)[0]
    assert sentence in re.sub(r"<[^>]+>", "", client.get(at_page("card")).content.decode()).replace("\u00a0", " ")

    client.post(at_page("start"), {"seen": str(CardVersion.objects.latest("number").number)})
    pilot.refresh_from_db()
    assert pilot.state == "running"

    at("2026-10-17T09:00+02:00")
    for outcome, name in ((held(pilot).primary, "calls.csv"), (held(pilot).guardrails[0].outcome, "help.csv")):
        file = SimpleUploadedFile(name, (files / name).read_bytes())
        assert client.post(at_page("figures"), {"_do": "take", "outcome": outcome.slug, "file": file}).status_code == 302
    look = actions.look_if_due(pilot.pk)
    assert look.verdict == "scale_up"
    assert "Regeln säger skala upp" in client.get(reverse("pilots:desk-list")).content.decode()

    said = dict(rows("6. Decide, learn, close")[:3])
    choice = next(value for value, label in forms.DECISIONS if str(label) == said["Vad beslutar ni?"])
    decision = {"decided": choice, "body": said["Vem beslutar?"], "day": said["Vilken dag?"], "_do": "decide"}
    client.post(at_page("decide"), decision)
    heading, told = next(cells for cells in rows("6. Decide, learn, close") if cells[0] == "Fasta telefoner")
    client.post(at_page("decide"), {"worked": "no", "title": heading, "text": told, "_do": "lesson"})
    client.post(at_page("decide"), {"_do": "close"})
    pilot.refresh_from_db()
    assert (pilot.state, pilot.outcome) == ("closed", "scale_up")
    assert rollout.setting(pilot.switch) is None
    assert title in client.get(reverse("pilots:library")).content.decode()
