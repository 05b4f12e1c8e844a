"""Letters are printed as one document, said to be printed, and taken back when the printer jammed."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from stadig.cases import printing
from stadig.city.models import AuditEntry, Organisation, Person
from stadig.city.roles import Role
from stadig.files import documents
from stadig.post import letters
from stadig.post.models import Letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(db):
    return Organisation.objects.create(name="Tillstånd", kind="unit")


@pytest.fixture
def clerk(someone, unit):
    return someone(Role.CASE_WORKER, organisation=unit)


def text_of(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


def test_all_that_wait_are_one_document_and_each_begins_on_its_own_sheet(client, clerk, unit):
    drawn = documents.pdf(b'#set document(title: "t")\n#set text(lang: "sv")\nBeslut', {})
    letters.queue(None, title="Hej", text="Ett brev.", name="Vera Larsson", address="Kajen 4\n432 80 Lindhamn", organisation=unit)
    letters.queue(None, title="Beslut", text="", name="Bo Ek", address="Kajen 5", pdf=drawn, organisation=unit)
    client.force_login(clerk)
    page = client.get(reverse("cases:letters")).content.decode()
    assert "2 brev väntar på att skrivas ut" in page
    last = Letter.objects.latest("pk").pk
    letters.queue(None, title="Senare", text="Kom efter.", name="Ada", address="Kajen 6", organisation=unit)
    pages = text_of(client.get(reverse("cases:letters-document"), {"till": last}).content)
    assert [("Vera Larsson" in pages[0]), pages[1].strip(), ("Beslut" in pages[2])] == [True, "", True]
    client.post(reverse("cases:letters-printed"), {"till": last})
    assert list(letters.waiting().values_list("title", flat=True)) == ["Senare"]
    page = client.get(reverse("cases:letters")).content.decode()
    ids = ",".join(str(one.pk) for one in Letter.objects.exclude(printed_at=None).order_by("-pk"))
    assert f'value="{ids}"' in page
    client.post(reverse("cases:letters-take-back"), {"ids": ids})
    assert letters.waiting().count() == 3
    assert AuditEntry.objects.filter(did="printed anew").count() == 2


def test_one_prints_the_letters_of_ones_own_unit(client, clerk, unit):
    other = Organisation.objects.create(name="Ekonomiskt bistånd", kind="unit")
    letter = letters.queue(None, title="Beslut om bistånd", text="Hemligt.", name="Ada", address="Kajen 6", organisation=other)
    client.force_login(clerk)
    assert "bistånd" not in client.get(reverse("cases:letters")).content.decode().split("<main")[1]
    client.post(reverse("cases:letters-printed"), {"till": letter.pk})
    letter.refresh_from_db()
    assert letter.printed_at is None


def test_who_may_print_is_the_same_as_sql(someone, unit):
    other = Organisation.objects.create(name="Ekonomiskt bistånd", kind="unit")
    for where in (unit, other, None):
        letters.queue(None, title="Hej", text="Ett brev.", name="Ada", address="Kajen 6", organisation=where)
    clerks = [someone(Role.CASE_WORKER, organisation=unit), someone(Role.CASE_WORKER), someone(Role.PLANNER, organisation=unit)]
    for user in clerks:
        shown = {one.pk for one in printing.waiting(user)}
        assert shown == set(Letter.objects.filter(printing.may_print(user)).values_list("pk", flat=True)), user


def test_a_protected_persons_name_is_on_no_list_and_in_no_letter(client, clerk, unit):
    person = Person.objects.create(given_name="Elsa", family_name="Ek", address="Kajen 2", protection="protected_registration")
    letters.queue(None, title="Hej", text="Ett brev.", person=person, organisation=unit)
    client.force_login(clerk)
    page = client.get(reverse("cases:letters")).content.decode()
    assert "Genom Skatteverket" in page
    pages = text_of(client.get(reverse("cases:letters-document")).content)
    for text in (page, *pages):
        assert "Elsa" not in text
        assert "Kajen" not in text
