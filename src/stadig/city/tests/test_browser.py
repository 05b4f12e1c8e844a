"""The ground's pages in a real browser: on a phone, with axe."""

from __future__ import annotations

import pytest
from django.urls import reverse

from stadig.city import actions, audit, desk, ramps, services
from stadig.city.models import District, Organisation
from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.ui.testing import axe, log_in, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "provtjanst"


@pytest.fixture
def service(site):
    services.declare(
        slug=SLUG,
        title="Prova en tjänst",
        description="En tjänst att prova.",
        url_name="city:services",
        synonyms=("prov",),
        phone="0340-120 00",
    )
    services.sync()
    yield SLUG
    services._declared.pop(SLUG)


def test_what_everyone_sees(page, service):
    walk(page, reverse("city:services"))
    walk(page, reverse("city:service", args=[service]))
    actions.pause_service(None, service, "Vi byter system till fredag.")
    walk(page, reverse("city:service", args=[service]))
    actions.publish_notice(None, kind="announcement", title="Nämnden har möte", text="Fredag 4 december.")
    for name in ("city:notices", "city:how-we-count", "account_login", "account_reset_password", "account_reset_password_done"):
        walk(page, reverse(name))


def test_what_an_administrator_sees(page, service):
    social = Organisation.objects.create(name="Socialnämnden", kind="committee")
    District.objects.create(code="1", name="Hamnen", geometry={"type": "Polygon", "coordinates": []})
    chief = someone(
        Role.ADMINISTRATOR, Role.AUDITOR, Role.REGISTRAR, organisation=social, username="ove", first_name="Ove", last_name="Berg"
    )
    audit.record(chief, "read", chief, reason="För att pröva")
    log_in(page, chief)
    for name in ("desk", "organisation", "effects", "users", "user-new", "roles", "services-admin", "audit", "disclosures"):
        walk(page, reverse(f"city:{name}"))
    walk(page, reverse("city:user", args=[chief.pk]))
    walk(page, reverse("city:service-admin", args=[service]))
    ramps.plan_steps(None, service, [ramps.Step(5, days=7, approval=True), ramps.Step(100)])
    for name in ("rollout", "rollout-where", "rollout-steps"):
        walk(page, reverse(f"city:{name}", args=[service]))
    for name in ("account_sessions", "mfa_index"):
        walk(page, reverse(name))


def test_the_start_page_with_cards(page, site):
    def cards(user):
        return [desk.Card("Ett larm", "Korgen på torget är full.", "/", tag="Larm", kind="danger", icon="bell", order=10)]

    desk.register(cards)
    try:
        log_in(page, someone(Role.PLANNER))
        walk(page, reverse("city:desk"))
    finally:
        desk._registered.remove(cards)


def test_who_a_protected_person_is(page, site):
    committee = Organisation.objects.create(name="Socialnämnden", kind="committee")
    clerk = someone(Role.CASE_WORKER, Role.MANAGER, organisation=committee)
    person = actions.register_person(None, given_name="Karin", family_name="Ek", protection="marking", address="Storgatan 1")
    actions.reveal_person(clerk, person.pk, "Beslutet ska skickas")
    log_in(page, clerk)
    for address in (reverse("city:people"), reverse("city:person", args=[person.pk]), reverse("city:reveals")):
        walk(page, address)
    page.goto(reverse("city:person", args=[person.pk]))
    page.get_by_label("Varför behöver du").fill("Beslutet ska skickas")
    page.get_by_role("button", name="Visa uppgifterna").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Karin Ek"
    axe(page)
