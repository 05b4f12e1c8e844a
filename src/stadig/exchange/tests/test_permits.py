"""No permit, no lookup: whoever tries to get around it is stopped."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from stadig.city import clock
from stadig.city.models import AuditEntry
from stadig.exchange import actions, spending
from stadig.exchange.models import AgencyChoice, Call, LegalBasis, Lookup, Permit
from stadig.exchange.tests.conftest import PURPOSE, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stadig.exchange.running.start", lambda pk: None)


def test_a_permit_is_spent_once(written: Any, no_agencies: Any, permit: Any, worker: Any):
    written(no_agencies)
    one = permit()
    actions.ask(worker, one.pk)
    with pytest.raises(spending.PermitSpent):
        actions.ask(worker, one.pk)
    assert Lookup.objects.count() == 1


def test_the_same_request_sent_twice_is_one_lookup(written: Any, no_agencies: Any, permit: Any, worker: Any):
    written(no_agencies)
    one, request = permit(), uuid.uuid4()
    first = actions.ask(worker, one.pk, request_id=request)
    assert actions.ask(worker, one.pk, request_id=request) == first
    assert Call.objects.count() == 4


def test_a_permit_is_good_for_a_minute(written: Any, no_agencies: Any, permit: Any, worker: Any, monkeypatch: pytest.MonkeyPatch):
    written(no_agencies)
    one = permit()
    real = clock.real_now
    monkeypatch.setattr(clock, "real_now", lambda: real() + dt.timedelta(seconds=61))
    with pytest.raises(spending.PermitExpired):
        actions.ask(worker, one.pk)


def test_a_permit_is_spent_by_the_one_it_was_issued_to(written: Any, no_agencies: Any, permit: Any, someone: Callable[..., Any]):
    written(no_agencies)
    with pytest.raises(spending.NotYours):
        actions.ask(someone(), permit().pk)
    with pytest.raises(spending.NotYours):
        actions.ask(None, permit().pk)


def test_a_row_that_no_gate_issued_gives_no_right(written: Any, no_agencies: Any, permit: Any, worker: Any):
    written(no_agencies)
    issued = permit()
    forged = Permit(**{field.attname: getattr(issued, field.attname) for field in Permit._meta.fields if field.attname != "id"})
    forged.nonce = uuid.uuid4()
    forged.save()
    for pk in (forged.pk, 10**9):
        with pytest.raises(spending.NoPermit):
            actions.ask(worker, pk)


@pytest.mark.parametrize(
    "field", ["person", "case", "period_from", "laws", "purpose", "unit", "issued_at", "case_number", "role"]
)
def test_a_permit_that_was_altered_gives_no_right(written: Any, no_agencies: Any, permit: Any, worker: Any, field: str):
    from stadig.city.models import Organisation

    written(no_agencies)
    issued = permit()
    other: dict[str, Any] = {
        "person": make_person("199101062397"),
        "case": 18,
        "period_from": dt.date(2026, 8, 1),
        "laws": issued.laws | {"TNS": 1},
        "purpose": "curiosity",
        "unit": Organisation.objects.create(name="Annan enhet"),
        "issued_at": issued.issued_at + dt.timedelta(seconds=1),
        "case_number": "EB-2026-18",
        "role": "child",
    }
    Permit.objects.filter(pk=issued.pk).update(**{field: other[field]})
    with pytest.raises(spending.NoPermit):
        actions.ask(worker, issued.pk)
    assert not Lookup.objects.exists()


def test_an_agency_without_law_on_the_day_is_not_asked(at: Any, permit: Any):
    LegalBasis.objects.all().delete()
    made = permit(agencies=["FK", "AF"])
    assert made.refused == {"FK": "no_law", "AF": "no_law"}


def test_the_law_is_the_one_that_holds_today(permit: Any, law: None):
    ours = LegalBasis.objects.filter(purpose=PURPOSE)
    ours.filter(agency="FK").update(valid_to=dt.date(2026, 1, 1))
    ours.filter(agency="AF").update(confirmed_at=None)
    ours.filter(agency="SKV").update(valid_from=dt.date(2999, 1, 1))
    assert permit().refused == {"FK": "no_law", "AF": "no_law", "SKV": "no_law"}


def test_a_period_beyond_an_agencys_longest_is_refused_for_that_agency_alone(permit: Any, law: None):
    LegalBasis.objects.filter(agency="CSN").update(longest_days=30)
    made = permit()
    assert made.refused == {"CSN": "period"}
    assert set(made.laws) == {"FK", "AF", "SKV"}


def test_nobody_is_asked_about_in_advance_but_by_choice_and_never_someone_protected(permit: Any, person: Any):
    AgencyChoice.objects.create(agency="FK", prefetch=True, changed_at=clock.now())
    assert permit(prefetch=True).refused == {"AF": "prefetch_off", "SKV": "prefetch_off", "CSN": "prefetch_off"}
    person.protection = "marking"
    assert permit(prefetch=True).refused["FK"] == "protected"


def test_someone_without_a_personnummer_is_not_asked_about(permit: Any, db: None):
    from stadig.city.models import Person

    nameless = Person.objects.create(given_name="Prov", family_name="Person")
    assert set(permit(person=nameless).refused.values()) == {"no_number"}


def test_a_permit_without_a_case_cannot_be_issued(permit: Any):
    for wrong in ({"case_number": ""}, {"case_id": 0}, {"period_to": dt.date(2020, 1, 1)}):
        with pytest.raises(ValueError, match="A permit is for a case"):
            permit(**wrong)


def test_why_an_agency_is_not_asked_stands_in_its_block(written: Any, no_agencies: Any, permit: Any, worker: Any, law: None):
    LegalBasis.objects.filter(agency="CSN").update(longest_days=30)
    written(no_agencies, codes=("FK", "AF", "CSN"))
    lookup = actions.ask(worker, permit().pk, agencies=["FK", "SKV"])
    found = dict(lookup.blocks.values_list("agency", "reason"))  # type: ignore[attr-defined]
    assert found == {"AF": "not_chosen", "CSN": "period", "SKV": "not_connected"}
    assert [call.agencies for call in Call.objects.all()] == [["FK"]]


def test_one_audit_row_says_who_asked_about_whom_for_what_by_which_law(
    written: Any, no_agencies: Any, permit: Any, worker: Any, person: Any
):
    written(no_agencies)
    lookup = actions.ask(worker, permit(agencies=["FK"]).pk)
    row = AuditEntry.objects.get(did="asked agencies")
    call = Call.objects.get()
    assert row.what_id == str(lookup.pk)
    assert row.actor.endswith(str(worker.pk))
    assert row.ids["unit"] == worker.organisation_id
    assert row.ids["case"] == 17
    assert row.ids["person"] == str(person.pseudonym.value)
    assert row.ids["agencies"] == ["FK"]
    assert row.ids["purpose"] == PURPOSE
    assert set(row.ids["laws"]) == {"FK"}
    assert row.ids["correlation"] == [str(call.correlation_id)]


def test_a_lookup_that_is_rolled_back_leaves_nothing_and_asks_nobody(written: Any, no_agencies: Any, permit: Any, worker: Any):
    from django.db import transaction

    written(no_agencies)
    one = permit()
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.ask(worker, one.pk)
        raise RuntimeError
    assert not Lookup.objects.exists()
    assert not AuditEntry.objects.filter(did="asked agencies").exists()


def test_a_phone_call_is_a_lookup_with_a_block_like_any_other(permit: Any, worker: Any):
    from stadig.exchange import queries
    from stadig.exchange.sealed import Told

    told = Told(whom="handläggare på A-kassan", at=clock.now(), said="Utbetalning den 25:e", number="0771", minutes=42)
    lookup = actions.note_manual(worker, permit(agencies=["FK"]).pk, "FK", told)
    (agency,) = queries.view(lookup.pk).agencies
    assert agency.outcome == "manual"
    assert agency.blocks[0].told == told
    assert "25" not in bytes(lookup.blocks.get().sealed).decode("latin-1")  # type: ignore[attr-defined]
    assert AuditEntry.objects.filter(did="noted an answer").count() == 1


def test_a_reading_is_noted_and_only_the_known_ones(written: Any, no_agencies: Any, permit: Any, worker: Any):
    written(no_agencies)
    lookup = actions.ask(worker, permit().pk)
    for what in ("read", "read raw", "printed", "exported"):
        actions.record_reading(worker, lookup.pk, what)
        assert AuditEntry.objects.filter(did=what, what_id=str(lookup.pk)).count() == 1
    with pytest.raises(ValueError, match="A reading is one of"):
        actions.record_reading(worker, lookup.pk, "peeked")


def test_an_agency_that_no_connection_knows_gets_into_no_permit(written: Any, no_agencies: Any, permit: Any):
    from stadig.exchange.permits import UnknownAgency

    written(no_agencies)
    for code in ("XYZ'\"><img src=x>", "XYZ", ""):
        with pytest.raises(UnknownAgency):
            permit(agencies=["FK", code])
    assert not Permit.objects.exists()
