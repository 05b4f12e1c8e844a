"""Who sees which case: every kind of reader against every kind of case, in one place. A change of a rule changes a word in this table."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.db import connection
from django.urls import reverse

from stadig.cases import access, actions, deciding, handling, writing
from stadig.cases.models import Case, CaseType
from stadig.cases.tests.conftest import PARKING
from stadig.city import disclosure
from stadig.city.models import Organisation, Person, User
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.post.models import Message as Mail

pytestmark = pytest.mark.django_db
OURS = {"amina", "manager", "party_amina"}
SEES = {
    "open": {"party", "amina", "manager", "registrar", "party_amina"},
    "confidential": {"party", "amina", "manager", "party_amina"},
    "personal file": {"party", "amina", "manager", "party_amina"},
    "protected person": {"party", "amina", "manager", "registrar", "party_amina"},
    "of another unit": {"party", "other_unit", "registrar"},
    "of another committee": {"party", "other_committee"},
    "own": {"party_amina", "amina", "manager", "registrar"},
    "disclosed": {"party", "amina", "manager", "registrar", "party_amina", "disclosed"},
}
"""Case → who may open it, on their own pages or at work. ``disclosed`` is read at work alone and stands in no list."""


@pytest.fixture
def town(committee: Organisation, permits: Organisation, parking: CaseType, someone: Callable[..., User]) -> dict[str, User]:
    """One of each kind of reader."""
    unit = Organisation.objects.create(name="Gata", kind="unit", parent=committee)
    elsewhere = Organisation.objects.create(name="Socialnämnden", kind="committee")
    amina = someone(Role.CASE_WORKER, organisation=permits)
    return {
        "party": someone(Role.RESIDENT, first_name="Karin", last_name="Ek"),
        "resident": someone(Role.RESIDENT),
        "amina": amina,
        "party_amina": someone(Role.RESIDENT, Role.CASE_WORKER, organisation=permits),
        "manager": someone(Role.MANAGER, organisation=permits),
        "registrar": someone(Role.REGISTRAR, organisation=committee),
        "other_unit": someone(Role.CASE_WORKER, organisation=unit),
        "other_committee": someone(Role.CASE_WORKER, organisation=elsewhere),
        "disclosed": someone(Role.CASE_WORKER, organisation=Organisation.objects.create(name="Kulturnämnden", kind="committee")),
        "planner": someone(Role.PLANNER),
        "administrator": someone(Role.ADMINISTRATOR),
        "auditor": someone(Role.AUDITOR),
        "left": someone(Role.CASE_WORKER, organisation=permits, is_active=False),
    }


@pytest.fixture
def cases(town: dict[str, User], parking: CaseType, committee: Organisation) -> dict[str, Case]:
    """One of each kind of case."""

    def kind(slug: str, unit: Organisation | None = None, series: str = "GPN", **more: str) -> CaseType:
        where = {"committee": parking.committee, "unit": parking.unit}
        if unit:
            where = {"committee": unit.parent or unit, "unit": unit}
        return actions.define(None, slug, slug * 8, PARKING, series=series, **where, **more)

    def case(type_: CaseType, who: Person | None = town["party"].person) -> Case:
        return actions.register(None, type_, title=f"Ansökan {type_.slug}", parties=[actions.NewParty("applicant", who)])

    guarded = Person.objects.create(given_name="Greta", family_name="Gömd", protection="marking")
    social = kind("social", Organisation.objects.get(name="Socialnämnden"), "SN")
    made = {
        "open": case(parking),
        "confidential": case(kind("secret", confidentiality="26 kap. 1 § OSL")),
        "personal file": case(kind("act", file=CaseType.File.PERSONAL)),
        "protected person": case(parking),
        "of another unit": case(kind("street", Organisation.objects.get(name="Gata"))),
        "of another committee": case(social),
        "own": case(parking, town["party_amina"].person),
        "disclosed": case(parking),
    }
    made["protected person"].parties.create(role="co_applicant", person=guarded)
    disclosure.disclose(
        town["amina"], to=town["disclosed"], what="cases.case", what_id=made["disclosed"].pk, reason="Gemensam utredning"
    )
    return made


@pytest.mark.parametrize("what", SEES)
def test_who_sees_a_case(what, cases, town, client):
    case, seen, opened = cases[what], set(), set()
    for name, user in town.items():
        if Case.objects.filter(access.visible_to(user), pk=case.pk).exists():
            seen.add(name)
        client.force_login(user) if user.is_active else client.logout()
        if client.get(reverse("cases:case", args=[case.pk])).status_code == 200:
            opened.add(name)
    assert seen | opened == SEES[what]
    assert opened == SEES[what] - {"party"} - ({"party_amina"} if what == "own" else set()), "at work"
    assert seen == SEES[what] - {"disclosed"}, "in lists"


def test_only_the_unit_that_handles_a_case_may_change_it(cases, town):
    for what, case in cases.items():
        may = {name for name, user in town.items() if Case.objects.filter(access.may_handle(user), pk=case.pk).exists()}
        expected = {"of another unit": {"other_unit"}, "of another committee": {"other_committee"}}.get(what, OURS)
        assert may == (expected - {"party_amina"} if what == "own" else expected), what


@pytest.mark.parametrize("rule", ["of_party", "may_handle", "seen_at_work", "contactable"])
def test_a_rule_says_the_same_as_sql(rule, cases, town, someone):
    readers = [*town.values(), someone(Role.CONTACT_CENTRE), someone(Role.CONTACT_CENTRE, organisation=cases["open"].unit)]
    with connection.cursor() as cursor:
        for user in readers:
            cursor.execute(f"SELECT c.id FROM cases_case c WHERE {getattr(access, rule.upper())}", access.reach(user))  # noqa: S608
            found = {pk for (pk,) in cursor.fetchall()}
            assert found == set(Case.objects.filter(getattr(access, rule)(user)).values_list("pk", flat=True)), user


def test_a_visitor_sees_no_case(client, cases):
    from django.contrib.auth.models import AnonymousUser

    assert not Case.objects.filter(access.visible_to(AnonymousUser())).exists()
    assert client.get(reverse("cases:case", args=[cases["open"].pk])).status_code == 302


def test_a_protected_person_is_masked_in_lists_pages_mail_documents_and_logs(cases, town, client, caplog):
    caplog.set_level(logging.DEBUG)
    case, amina = cases["protected person"], town["amina"]
    case.parties.exclude(person__protection="marking").delete()
    case.parties.update(email="greta.gomd@example.org")
    client.force_login(amina)
    handling.take(amina, case.pk)
    writing.write(amina, case.pk, "Hej, vi läser din ansökan nu.")
    decision = deciding.decide(amina, case.pk, "approved", "Intyget visar att det behövs ett tillstånd.")
    pages = [reverse("cases:inbox"), reverse("cases:inbox") + "?lage=closed", reverse("cases:case", args=[case.pk])]
    for address in pages:
        page = client.get(address).content.decode()
        assert "Greta" not in page
        assert "Gömd" not in page
    assert "Skyddad person" in client.get(pages[-1]).content.decode()
    assert "greta.gomd" not in client.get(pages[-1]).content.decode()
    for mail in Mail.objects.all():
        assert "Greta" not in mail.subject + mail.body
    assert "Greta" not in str(decision.document.data)
    assert "Greta" not in caplog.text
    assert "Gömd" not in caplog.text
    assert traces("Gömd") == ["city_person"]
