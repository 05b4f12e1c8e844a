"""Who is logged in is read with two statements, and what changes counts from the next page."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stadig.city import logged_in
from stadig.city.models import Organisation, User
from stadig.city.permissions import Permission, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def planner(someone) -> User:
    return someone(Role.PLANNER, organisation=Organisation.objects.create(name="Gata och park", kind="unit"))


@pytest.fixture
def seen(planner) -> Client:
    client = Client()
    client.force_login(planner)
    assert client.get(reverse("city:desk")).status_code == 200
    return client


def test_the_user_comes_with_organisation_and_roles_in_one_statement(planner):
    User.objects.filter(pk=planner.pk).update(organisation=Organisation.objects.get())
    with CaptureQueriesContext(connection) as asked:
        found = logged_in.read(planner.pk)
        assert found is not None
        assert (found.username, str(found.organisation)) == (planner.username, "Gata och park")
        assert [held.role for held in found.role_assignments] == [Role.PLANNER]
    assert len(asked) == 1
    assert found == planner
    assert found.role_assignments == planner.role_assignments


def test_what_lies_beneath_the_units_of_a_role_comes_with_it(planner):
    crew = Organisation.objects.create(name="Bil 1", kind="crew", parent=Organisation.objects.get())
    Organisation.objects.create(name="Ett annat kontor", kind="unit")
    found = logged_in.read(planner.pk)
    plan = Permission("test.plan-beneath", frozenset({Role.PLANNER}))
    with CaptureQueriesContext(connection) as asked:
        assert plan.organisations(found) == {crew.pk, crew.parent_id}
    assert len(asked) == 0
    assert plan.organisations(planner) == {crew.pk, crew.parent_id}


def test_a_user_without_roles_or_organisation_is_read_too(someone):
    resident = User.objects.create(username="utan")
    found = logged_in.read(resident.pk)
    assert found is not None
    assert (found.organisation, found.role_assignments) == (None, [])
    assert logged_in.read(10**6) is None


def test_someone_who_may_not_log_in_any_more_is_out_at_the_next_page(seen, planner):
    User.objects.filter(pk=planner.pk).update(is_active=False)
    assert seen.get(reverse("city:desk")).status_code == 302


def test_a_role_taken_away_counts_at_the_next_page(seen, planner):
    planner.assignments.all().delete()
    assert seen.get(reverse("waste:bins")).status_code == 403


def test_a_session_that_was_ended_elsewhere_is_no_one(seen):
    Session.objects.all().delete()
    assert seen.get(reverse("city:desk")).status_code == 302
