"""Work orders: one list for a crew, closed once."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from stadig.city import clock
from stadig.city.models import District, Organisation
from stadig.city.permissions import Role
from stadig.files.models import StoredFile
from stadig.work import access, actions, queries
from stadig.work.models import WorkOrder


@pytest.fixture
def crew(db, at):
    at("2026-11-24T09:00+01:00")
    return Organisation.objects.create(name="Bil 1", kind="crew")


def an_order(**values) -> WorkOrder:
    return actions.open_order(kind="bin-full", title="Full korg", place=(12.1, 57.1), place_name="Kajen", **values)


def logged_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    return client


def test_the_same_cause_has_one_waiting_order(crew):
    first = an_order(source=("waste.report", 7))
    assert an_order(source=("waste.report", 7)) == first
    actions.close_order(None, first.pk)
    assert an_order(source=("waste.report", 7)) != first


def test_the_database_refuses_two_waiting_orders_for_one_cause(crew):
    first = an_order(source=("waste.report", 7))
    second = an_order(source=("waste.report", 8))
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkOrder.objects.filter(pk=second.pk).update(source_id=first.source_id)


def test_an_order_is_handed_out_and_closed_once(crew, someone):
    planner, driver = someone(Role.PLANNER), someone(Role.CREW, organisation=crew)
    order = an_order()
    actions.assign(planner, order.pk, crew)
    sent = uuid4()
    assert actions.close_order(driver, order.pk, request_id=sent) == actions.close_order(driver, order.pk, request_id=sent)
    with pytest.raises(actions.AlreadyClosed) as closed:
        actions.close_order(planner, order.pk, state="cancelled")
    assert closed.value.order.state == "done"
    with pytest.raises(actions.AlreadyClosed):
        actions.assign(planner, order.pk, None)


def test_a_crew_sees_its_own_work_and_what_no_one_has(crew, someone):
    driver = someone(Role.CREW, organisation=crew)
    other = Organisation.objects.create(name="Bil 2", kind="crew")
    mine, free, theirs = an_order(crew=crew), an_order(), an_order(crew=other)
    assert {row.pk for row in queries.Orders(driver, queries.Filter())[0:50]} == {mine.pk, free.pk}
    client = logged_in(driver)
    assert client.get(reverse("work:order", args=[mine.pk])).status_code == 200
    assert client.get(reverse("work:order", args=[theirs.pk])).status_code == 404
    assert client.post(reverse("work:close", args=[theirs.pk]), {"state": "done"}).status_code == 404


def test_the_rule_of_who_may_see_is_the_same_in_sql(crew, someone):
    district = District.objects.create(name="Hamnen", code="1", geometry={})
    below = Organisation.objects.create(name="Bil 1 natt", kind="crew", parent=crew)
    other = Organisation.objects.create(name="Bil 2", kind="crew")
    for has in (crew, below, other, None):
        for where in (district, None):
            an_order(crew=has, district=where)
    people = [
        someone(role, organisation=organisation, district=where)
        for role in (Role.PLANNER, Role.CREW, Role.DIRECTOR)
        for organisation in (crew, other, None)
        for where in (district, None)
    ]
    seen = [set(WorkOrder.objects.filter(access.may_see(user)).values_list("pk", flat=True)) for user in people]
    assert [{row.pk for row in queries.Orders(user, queries.Filter())[0:50]} for user in people] == seen
    assert {len(each) for each in seen} >= {0, 8}
    for user, may in zip(people, seen, strict=True):
        for order in WorkOrder.objects.all():
            if order.pk in may:
                assert queries.order(user, order.pk) == order
            else:
                with pytest.raises(WorkOrder.DoesNotExist):
                    queries.order(user, order.pk)


def test_an_order_is_read_whole_in_one_question(crew, someone, django_assert_num_queries):
    planner = someone(Role.PLANNER, first_name="Leila", last_name="Haddad")
    picture = StoredFile.objects.create(purpose="x", name="x", size=1, sha256="", stored_at=clock.now(), state="released")
    order = an_order(crew=crew, district=District.objects.create(name="Hamnen", code="1", geometry={}), evidence=[picture])
    actions.close_order(planner, order.pk, outcome="Borta")
    with django_assert_num_queries(1):
        found = queries.order(planner, order.pk)
        read = (found.crew.name, found.district.name, str(found.closed_by), found.outcome)
        assert read == ("Bil 1", "Hamnen", "Leila Haddad", "Borta")
        assert [file.pk for file in found.evidence.all()] == [picture.pk]


def test_a_crew_does_not_hand_out_work(crew, someone):
    order = an_order()
    assert logged_in(someone(Role.CREW, organisation=crew)).post(reverse("work:assign", args=[order.pk])).status_code == 403


def test_the_list_goes_out_as_csv_with_its_filter(crew, someone):
    an_order()
    actions.close_order(None, an_order().pk)
    client = logged_in(someone(Role.PLANNER))
    waiting = b"".join(client.get(reverse("work:orders") + "?format=csv")).decode("utf-8-sig")
    everything = b"".join(client.get(reverse("work:orders") + "?format=csv&lage=")).decode("utf-8-sig")
    assert len(waiting.strip().splitlines()) == 2
    assert len(everything.strip().splitlines()) == 3


@pytest.mark.parametrize("wrong", ["?omrade=x&lag=y&lage=z", "?sida=99999", "?sok=%00%27%22", "?lag=99999999999999999999"])
def test_a_strange_filter_is_no_fault(crew, someone, wrong):
    assert logged_in(someone(Role.PLANNER)).get(reverse("work:orders") + wrong).status_code == 200
