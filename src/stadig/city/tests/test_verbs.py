"""Verbs: one transaction each, safe to send twice, also at the same moment."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadig.city import audit
from stadig.city.models import AuditEntry, District, Draft, RequestResult, User
from stadig.city.roles import Role
from stadig.city.verbs import ResultGone, verb

POLYGON = {"type": "Polygon", "coordinates": []}


@verb
def found_district(by, code, *, request_id=None):
    district = District.objects.create(code=code, name=code, geometry=POLYGON)
    audit.record(by, "founded", district)
    return district


@verb
def answer(by, value):
    return value


@pytest.mark.django_db(transaction=True)
def test_the_same_request_from_two_connections_at_once_is_done_once():
    chief = User.objects.create_user("chef", is_staff=True)
    request_id, start = uuid.uuid4(), threading.Barrier(4)
    results, faults = [], []

    def send() -> None:
        try:
            start.wait(10)
            results.append(found_district(chief, "hamnen", request_id=request_id).pk)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(set(results)) == 1
    assert District.objects.count() == 1
    assert AuditEntry.objects.filter(did="founded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_request_that_failed_may_be_sent_again():
    District.objects.create(code="hamnen", name="Hamnen", geometry=POLYGON)
    request_id = uuid.uuid4()
    with pytest.raises(Exception, match="unique"):
        found_district(None, "hamnen", request_id=request_id)
    District.objects.all().delete()
    assert found_district(None, "hamnen", request_id=request_id).code == "hamnen"


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), inner),
        max_leaves=8,
    )
)
def test_whatever_json_holds_comes_back_as_it_was(db, value):
    request_id = uuid.uuid4()
    assert answer(None, value, request_id=request_id) == value
    assert answer(None, "something else", request_id=request_id) == value


def test_the_same_id_at_two_verbs_is_two_requests(db):
    request_id = uuid.uuid4()
    found_district(None, "hamnen", request_id=request_id)
    assert answer(None, 1, request_id=request_id) == 1
    assert RequestResult.objects.count() == 2


def test_a_result_removed_since_says_so(db):
    request_id = uuid.uuid4()
    found_district(None, "hamnen", request_id=request_id)
    District.objects.all().delete()
    with pytest.raises(ResultGone):
        found_district(None, "hamnen", request_id=request_id)


def test_a_verb_within_a_verb_leaves_its_row_before_the_outer_one(someone):
    chief = someone(Role.ADMINISTRATOR)

    @verb
    def outer(by):
        found_district(by, "inner")
        audit.record(by, "outer", by)

    outer(chief)
    assert list(AuditEntry.objects.order_by("position").values_list("did", flat=True)) == ["founded", "outer"]


def test_an_inner_verb_that_fails_and_is_caught_leaves_no_row(someone):
    chief = someone(Role.ADMINISTRATOR)

    @verb
    def inner(by):
        audit.record(by, "never", by)
        Draft.objects.create(kind="x", content={}, source="x", source_id="1", at="2026-01-01T00:00Z")
        raise ValueError

    @verb
    def outer(by):
        with pytest.raises(ValueError):
            inner(by)
        audit.record(by, "outer", by)

    outer(chief)
    assert list(AuditEntry.objects.values_list("did", flat=True)) == ["outer"]
    assert not Draft.objects.exists()
