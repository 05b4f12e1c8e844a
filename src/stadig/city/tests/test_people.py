"""Personnummer, protected people, and access between committees."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from stadig.city import actions, disclosure, persons
from stadig.city.models import AuditEntry, AuditReason, Disclosure, District, Organisation, Person
from stadig.city.personnummer import NotAPersonnummer, Personnummer, is_valid, luhn, parse
from stadig.city.roles import Role

TODAY = dt.date(2026, 11, 24)
BORN = st.dates(dt.date(1890, 1, 1), TODAY)


def number_of(born: dt.date, serial: int, coordination: bool = False) -> str:
    day = born.day + (60 if coordination else 0)
    nine = f"{born:%y%m}{day:02d}{serial:03d}"
    return f"{born:%Y}{nine[2:]}{luhn(nine)}"


@given(BORN, st.integers(0, 999), st.booleans())
def test_every_well_formed_number_is_read_in_every_spelling(born, serial, coordination):
    digits = number_of(born, serial, coordination)
    old = TODAY.year - born.year > 100 or (TODAY.year - born.year == 100 and (born.month, born.day) <= (TODAY.month, TODAY.day))
    spellings = [digits, f"{digits[:8]}-{digits[8:]}", f"{digits[:8]} {digits[8:]}"]
    if TODAY.year - born.year <= 99:
        spellings += [digits[2:], f"{digits[2:8]}-{digits[8:]}"]
    if old and TODAY.year - born.year < 199:
        spellings.append(f"{digits[2:8]}+{digits[8:]}")
    for text in spellings:
        number = parse(text, today=TODAY)
        assert number.digits == digits, text
        assert number.born == born
        assert number.is_coordination_number == coordination


@given(BORN, st.integers(0, 999), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(born, serial, place, shift):
    digits = number_of(born, serial)[2:]
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    assert not is_valid(wrong, today=TODAY)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text):
    try:
        parse(text, today=TODAY)
    except NotAPersonnummer as fault:
        assert len(text.strip()) < 6 or text.strip() not in str(fault)


@pytest.mark.parametrize(
    "text",
    ["", "1972", "19721312-1234", "19720230-1234", "20300101-1234", "１９７２０５１２８９９９", "197205128999x", "0000000000"],
)
def test_what_is_not_a_number_is_refused(text):
    assert not is_valid(text, today=TODAY)


def test_a_number_never_shows_itself():
    assert "1972" not in repr(Personnummer("197205128999"))
    assert Personnummer("197205128999").masked == "19720512-••••"


def test_the_published_test_numbers_are_all_valid(reference_data):
    folder = reference_data("exchange/personnummer-meta")
    import re

    found = 0
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix in {".csv", ".json", ".txt"}:
            for text in re.findall(r"(?<!\d)(?:19|20)\d{10}(?!\d)", file.read_text(errors="ignore"))[:5000]:
                if is_valid(text, today=TODAY):
                    found += 1
    assert found > 100


@given(BORN, st.integers(0, 999))
def test_what_is_sealed_comes_back_and_is_never_the_same_twice(born, serial):
    number = Personnummer(number_of(born, serial))
    one, two = persons.seal(number), persons.seal(number)
    assert one != two
    assert persons.unseal(one) == persons.unseal(two) == number
    assert number.digits.encode() not in one
    assert persons.hash_of(number) == persons.hash_of(number) != number.digits


def test_another_key_opens_nothing(settings):
    sealed = persons.seal(Personnummer("197205128999"))
    settings.PERSON_KEY = "another"
    with pytest.raises(persons.KeyChanged):
        persons.unseal(sealed)


@pytest.fixture
def karin(db) -> Person:
    return actions.register_person(
        None, given_name="Karin", family_name="Ek", address="Storgatan 1", postcode="432 80", place="Lindhamn"
    )


def test_only_those_whose_work_it_is_see_a_name(karin, someone):
    assert str(karin.shown_to(someone(Role.CASE_WORKER))) == "Karin Ek"
    for role in (Role.CREW, Role.PLANNER, Role.ADMINISTRATOR, Role.AUDITOR):
        assert "Karin" not in str(karin.shown_to(someone(role)))
    assert "Karin" not in str(karin.shown_to(None))
    assert "Karin" not in str(karin)


def test_one_sees_oneself(karin, someone):
    assert str(karin.shown_to(someone(Role.RESIDENT, person=karin))) == "Karin Ek"


@pytest.mark.parametrize("protection", [p for p in Person.Protection.values if p])
def test_a_protected_person_is_masked_and_the_reveal_is_logged(karin, someone, protection):
    Person.objects.update(protection=protection)
    karin.refresh_from_db()
    clerk = someone(Role.CASE_WORKER)
    seen = karin.shown_to(clerk)
    assert seen.protected
    assert "Karin" not in seen.name
    assert "Storgatan" not in seen.address
    with pytest.raises(ValidationError):
        actions.reveal_person(clerk, karin.pk, "  ")
    with pytest.raises(actions.NotAllowed):
        actions.reveal_person(someone(Role.ADMINISTRATOR), karin.pk, "Jag är nyfiken")
    assert "Storgatan 1" in actions.reveal_person(clerk, karin.pk, "Beslutet ska skickas").address
    entry = AuditEntry.objects.get(did="revealed")
    assert entry.what_id == str(karin.pseudonym.value)
    assert AuditReason.objects.get(position=entry.position).text == "Beslutet ska skickas"


@pytest.fixture
def committees(db) -> tuple[Organisation, Organisation]:
    social = Organisation.objects.create(name="Socialnämnden", kind="committee")
    streets = Organisation.objects.create(name="Gatunämnden", kind="committee")
    return Organisation.objects.create(name="Enheten för stöd", kind="unit", parent=social), streets


def test_between_committees_a_thing_is_disclosed_with_a_reason_and_each_look_is_logged(committees, someone):
    support, streets = committees
    clerk = someone(Role.CASE_WORKER, organisation=support)
    other = someone(Role.PLANNER, organisation=streets)
    thing = District.objects.create(code="1", name="Hamnen", geometry={})
    assert not disclosure.allows(other, thing)
    made = disclosure.disclose(clerk, to=other, what="city.district", what_id=thing.pk, reason="Planeringen av gatan", days=3)
    assert made.committee.name == "Socialnämnden"
    assert disclosure.allows(other, thing)
    assert not disclosure.allows(clerk, thing)
    assert AuditEntry.objects.filter(did="read_disclosed", actor=f"user:{other.pk}").count() == 1
    Disclosure.objects.update(until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert not disclosure.allows(other, thing)


def test_within_a_committee_there_is_nothing_to_disclose(committees, someone):
    support, _ = committees
    clerk = someone(Role.CASE_WORKER, organisation=support)
    colleague = someone(Role.PLANNER, organisation=support)
    with pytest.raises(ValidationError, match="samma nämnd"):
        disclosure.disclose(clerk, to=colleague, what="city.district", what_id=1, reason="Skäl")


def test_a_disclosure_without_a_reason_is_refused(committees, someone):
    support, streets = committees
    with pytest.raises(ValidationError, match="varför"):
        disclosure.disclose(
            someone(Role.REGISTRAR, organisation=support),
            to=someone(Role.PLANNER, organisation=streets),
            what="x",
            what_id=1,
            reason=" ",
        )


def test_a_role_in_a_unit_holds_for_what_lies_beneath(committees, someone):
    from stadig.city.permissions import Permission

    support, streets = committees
    plan = Permission("test.plan", frozenset({Role.PLANNER}))
    crew = Organisation.objects.create(name="Bil 1", kind="crew", parent=support)
    assert plan.organisations(someone(Role.PLANNER, organisation=support)) == {support.pk, crew.pk}
    assert plan.organisations(someone(Role.PLANNER, organisation=streets)) == {streets.pk}
    assert plan.organisations(someone(Role.CREW)) == set()
