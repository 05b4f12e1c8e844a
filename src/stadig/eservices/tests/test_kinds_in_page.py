"""Kinds of questions that no shipped package asks, in the page: an address, long lists, a month, a property, and rows with their own word."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from django.urls import reverse

from stadig.cases import answered, definitions
from stadig.cases.models import Case
from stadig.city import clock
from stadig.eservices import actions, drafts, reading
from stadig.eservices.models import Draft
from stadig.eservices.tests.conftest import PACKAGES
from stadig.eservices.tests.test_filling import asked, begun, url

pytestmark = pytest.mark.django_db
EIGHT = ["hund", "katt", "kanin", "häst", "får", "get", "ko", "höns"]
SEA = ["Öresund", *(f"Hav {number}" for number in range(1, 25))]
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["home", "animal", "sea", "month", "plot"],
    "properties": {
        "home": {
            "type": "object",
            "format": "address",
            "additionalProperties": False,
            "required": ["street", "postcode", "city"],
            "properties": {
                "street": {"type": "string", "maxLength": 100},
                "postcode": {"type": "string", "pattern": "^[0-9]{3} ?[0-9]{2}$"},
                "city": {"type": "string", "maxLength": 60},
            },
        },
        "animal": {"type": "string", "enum": EIGHT},
        "sea": {"type": "string", "enum": [f"s{number}" for number in range(len(SEA))]},
        "month": {"type": "string", "format": "month"},
        "plot": {"type": "string", "format": "property", "maxLength": 60},
        "children": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 40}}},
        },
    },
}
QUESTIONS = {
    "home": {"label": "Var bor du?"},
    "animal": {"label": "Vilket djur?", "option": {one: one.capitalize() for one in EIGHT}},
    "sea": {"label": "Vilket hav?", "option": {f"s{number}": name for number, name in enumerate(SEA)}},
    "month": {"label": "Vilken månad?"},
    "plot": {"label": "Vilken fastighet?", "hint": "Till exempel Lindhamn Hamnen 4:12."},
    "children": {"label": "Barnen", "one": "Barn", "add": "Lägg till ett barn", "name": {"label": "Vad heter barnet?"}},
}
GOOD = {
    "home.street": "Kajen 2", "home.postcode": "432 44", "home.city": "Lindhamn", "animal": "get", "sea": "öresund", "month": "2026-10",
    "plot": "  Lindhamn   Hamnen 4:12 ", "children[0].name": "Elsa",
}  # fmt: skip


@pytest.fixture
def kinds(installed):
    """A service that asks one of each."""
    installed("street-fault")
    files = dict(reading.load(PACKAGES / "street-fault").files)
    files = {name: data for name, data in files.items() if not name.startswith(("scenarios/", "texts/en"))}
    flow = {
        "steps": [
            {"id": "all", "questions": ["home", "animal", "sea", "month", "plot", {"repeat": "children", "questions": ["name"]}]}
        ]
    }
    texts = yaml.safe_load(files["texts/sv.yaml"]) | {"question": QUESTIONS, "step": {"all": {"title": "Allt"}}, "info": {}}
    case = yaml.safe_load(files["case.yaml"])
    case.pop("work", None)
    service = yaml.safe_load(files["service.yaml"]) | {"version": "9.0.0", "languages": ["sv"]}
    made = {
        "flow.yaml": flow, "case.yaml": case, "service.yaml": service, "texts/sv.yaml": texts,
    }  # fmt: skip
    files |= {name: yaml.safe_dump(data, allow_unicode=True).encode() for name, data in made.items()}
    files["data.schema.json"] = json.dumps(SCHEMA).encode()
    return actions.install(None, files)


@pytest.fixture
def draft(kinds, client) -> Draft:
    return begun(client, "street-fault")


def post(client, draft: Draft, **changed: str):
    page = client.get(url(draft, "all"))
    return client.post(url(draft, "all"), {"_q": asked(page), "_do": "next"} | GOOD | changed)


def test_an_address_is_three_fields_under_one_heading_that_the_browser_can_fill_in(client, draft):
    page = client.get(url(draft, "all")).content.decode()
    group = page[page.index("<legend>Var bor du?") :].partition("</fieldset>")[0]
    for name, label, auto in (
        ("street", "Gata och nummer", "address-line1"),
        ("postcode", "Postnummer", "postal-code"),
        ("city", "Ort", "address-level2"),
    ):
        assert label in group and f'name="home.{name}"' in group and f'autocomplete="{auto}"' in group
    wrong = post(client, draft, **{"home.postcode": "43"})
    assert wrong.status_code == 422 and 'value="43"' in wrong.content.decode() and 'href="#q-home' in wrong.content.decode()
    assert post(client, draft).status_code == 302
    assert drafts.answers_of(Draft.objects.get())["home"] == {"street": "Kajen 2", "postcode": "432 44", "city": "Lindhamn"}


def test_more_than_seven_answers_are_a_list_and_more_than_twenty_are_searched_without_a_script(client, draft):
    page = client.get(url(draft, "all")).content.decode()
    select = page[page.index('<select class="ds-input" id="q-animal"') :].partition("</select>")[0]
    assert select.count("<option") == 1 + len(EIGHT) and ">Välj<" in select and "radio" not in page
    searched = page[page.index('list="q-sea-list"') :].partition("</datalist>")[0]
    assert searched.count("<option") == len(SEA) and 'value="Öresund"' in searched
    wrong = post(client, draft, sea="Kattegatt")
    assert wrong.status_code == 422
    assert "Välj ett av svaren" in wrong.content.decode() and 'value="Kattegatt"' in wrong.content.decode()
    assert post(client, draft).status_code == 302
    found = drafts.answers_of(Draft.objects.get())
    assert (found["animal"], found["sea"]) == ("get", "s0")
    page = client.get(url(draft, "all")).content.decode()
    assert '<option value="get" selected>Get</option>' in page and re.search(r'name="sea"[^>]* value="Öresund"', page)


def test_a_month_and_a_day_are_read_in_words(client, draft):
    assert post(client, draft, month="2026-13").status_code == 422
    assert post(client, draft, month="2026 10").status_code == 302
    summary = client.get(reverse("eservices:summary", args=[draft.pk])).content.decode()
    assert "oktober 2026" in summary and "2026-10" not in summary


def test_a_property_is_written_as_it_is_called(client, draft):
    page = client.get(url(draft, "all")).content.decode()
    assert "Till exempel Lindhamn Hamnen 4:12." in page and re.search(r'name="plot"[^>]* spellcheck="false"', page)
    post(client, draft)
    assert drafts.answers_of(Draft.objects.get())["plot"] == "Lindhamn Hamnen 4:12"


def test_a_row_bears_the_groups_own_word_from_the_form_to_the_case(client, draft, someone, unit_of_street):
    from stadig.city.roles import Role

    page = client.get(url(draft, "all")).content.decode()
    assert "<legend>Barn 1</legend>" in page
    wrong = post(client, draft, **{"children[0].name": ""}).content.decode()
    assert "Vad heter barnet? (Barn 1)" in wrong
    post(client, draft)
    summary = client.get(reverse("eservices:summary", args=[draft.pk])).content.decode()
    assert "Vad heter barnet? (Barn 1)" in summary and "Elsa" in summary
    client.post(reverse("eservices:summary", args=[draft.pk]))
    case = Case.objects.get()
    data = case.documents.get(number=1).data
    (section,) = answered.sections(definitions.of(case), data, today=clock.today())
    said = {one.path: one for one in section.answers}
    assert said["children[0].name"].row_name == "Barn 1" and said["month"].value == "oktober 2026"
    client.force_login(someone(Role.CASE_WORKER, organisation=unit_of_street))
    page = client.get(f"/arbetsplats/arenden/{case.pk}/").content.decode()
    assert "Barn 1" in page and "Nummer 1" not in page and "oktober 2026" in page


@pytest.fixture
def unit_of_street(kinds):
    from stadig.city.models import Organisation

    return Organisation.objects.get(name="Gata och park")
