"""The ground's pages, as the people who use them meet them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from stadig.city import actions, desk, search, services
from stadig.city.models import AuditEntry, District, Effect, Organisation, RoleAssignment, Service, User
from stadig.city.roles import Role

POLYGON = {"type": "Polygon", "coordinates": [[[12, 57], [12.1, 57], [12.1, 57.1], [12, 57]]]}


@pytest.fixture
def permit(db):
    services.declare(
        slug="parkeringstillstand",
        title="Parkeringstillstånd för rörelsehindrade",
        description="Parkera närmare när du har svårt att gå.",
        url_name="city:services",
        synonyms=("handikapptillstånd", "rörelsehinder", "P-tillstånd"),
        phone="0340-120 00",
    )
    services.sync()
    yield "parkeringstillstand"
    services._declared.pop("parkeringstillstand")


@pytest.fixture
def chief(client, someone):
    user = someone(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.mark.parametrize(
    "words", ["handikapptillstånd", "HANDIKAPPTILLSTAND", "parkering", "rörelsehindrad", "handikaptillstånd"]
)
def test_the_search_knows_synonyms_and_forgives(permit, words):
    assert [hit.title for hit in search.find(words, None)] == ["Parkeringstillstånd för rörelsehindrade"]


@pytest.mark.parametrize("words", ["", "x", "simhall", "%", "_'; DROP TABLE city_user --", "\0", "å" * 5000])
def test_the_search_takes_anything(permit, client, words):
    assert text(client.get(reverse("search"), {"q": words}))


def test_the_search_page_leads_to_the_service(permit, client):
    assert reverse("city:service", args=[permit]) in text(client.get(reverse("search"), {"q": "handikapptillstånd"}))


def test_a_paused_service_shows_why_and_the_other_ways(permit, client):
    actions.change_service(None, permit, other_ways="Kom till Rådhuset, Storgatan 1")
    actions.pause_service(None, permit, "Vi byter system till fredag.")
    page = text(client.get(reverse("city:service", args=[permit])))
    assert "pausad" in page
    assert "Vi byter system till fredag." in page
    assert "Kom till Rådhuset" in page
    assert "0340-120 00" in page
    assert "Öppna tjänsten" not in page
    actions.resume_service(None, permit)
    assert "Öppna tjänsten" in text(client.get(reverse("city:service", args=[permit])))


def test_a_stopped_service_keeps_its_page(permit, client):
    actions.set_rollout(None, permit, stopped=True)
    page = text(client.get(reverse("city:service", args=[permit])))
    assert "inte på för dig" in page
    assert "Öppna tjänsten" not in page


def test_what_an_administrator_set_survives_the_next_sync(permit):
    actions.change_service(None, permit, status=Service.Status.PILOT, phone="0340-999 99")
    services.sync()
    service = Service.objects.get(slug=permit)
    assert (service.status, service.phone) == ("pilot", "0340-999 99")


def test_services_are_listed_in_swedish_order(db, client):
    for slug, title in (("x1", "Övernattning"), ("x2", "Ansökan"), ("x3", "Årskort"), ("x4", "Äldreomsorg")):
        services.declare(slug=slug, title=title, description="", url_name="")
    services.sync()
    page = text(client.get(reverse("city:services")))
    for slug in ("x1", "x2", "x3", "x4"):
        services._declared.pop(slug)
    places = [page.index(title) for title in ("Ansökan", "Årskort", "Äldreomsorg", "Övernattning")]
    assert places == sorted(places)


def test_so_raknar_vi_names_every_factor_and_its_source(db, client):
    services.sync()
    page = text(client.get(reverse("city:how-we-count")))
    assert "2,853" in page
    assert "Energimyndigheten" in page
    assert "Eget antagande" in page


def test_the_start_page_shows_each_rooms_cards_most_urgent_first(client, someone):
    def cards(user):
        return [
            desk.Card("Dagens plan", "Två bilar", "/", order=30),
            desk.Card("Ett larm", "Torget är full", "/", tag="Larm", kind="danger", order=10),
        ]

    desk.register(cards)
    client.force_login(someone(Role.PLANNER))
    page = text(client.get(reverse("city:desk")))
    desk._registered.remove(cards)
    assert page.index("Ett larm") < page.index("Dagens plan")


def test_an_administrator_hires_someone_and_gives_a_role(client, chief):
    organisation = Organisation.objects.create(name="Tekniska nämnden", kind="committee")
    form = {
        "username": "leila",
        "first_name": "Leila",
        "last_name": "Haddad",
        "email": "l@example.se",
        "organisation": organisation.pk,
    }
    assert client.post(reverse("city:user-new"), form).status_code == 302
    leila = User.objects.get(username="leila")
    page = reverse("city:user", args=[leila.pk])
    client.post(page, {"role": "planner", "organisation": organisation.pk})
    assert "Planerare" in text(client.get(page))
    held = RoleAssignment.objects.get(user=leila)
    client.post(reverse("city:role-remove", args=[held.pk]))
    assert not leila.assignments.exists()
    client.post(reverse("city:user-active", args=[leila.pk]), {"active": "0"})
    assert not User.objects.get(pk=leila.pk).is_active
    assert list(AuditEntry.objects.filter(what_id=str(leila.pk)).order_by("position").values_list("did", flat=True)) == [
        "created",
        "gave_role",
        "took_role",
        "deactivated",
    ]


def test_a_taken_user_name_is_said_at_the_field(client, chief):
    form = {"username": chief.username, "first_name": "A", "last_name": "B", "email": "a@example.se"}
    page = text(client.post(reverse("city:user-new"), form))
    assert "<title>Fel:" in page


def test_the_last_administrator_stays(client, chief):
    held = RoleAssignment.objects.get(user=chief)
    assert "minst en administratör" in text(client.post(reverse("city:role-remove", args=[held.pk]), follow=True))
    assert RoleAssignment.objects.filter(user=chief).exists()


def test_a_service_is_paused_from_its_page(client, chief, permit):
    client.post(reverse("city:service-pause", args=[permit]), {"message": ""})
    assert not services.is_paused(permit)
    client.post(reverse("city:service-pause", args=[permit]), {"message": "Strömavbrott"})
    assert services.is_paused(permit)
    assert "Strömavbrott" in text(client.get(reverse("city:service-admin", args=[permit])))


def test_a_roll_out_is_set_from_its_page(client, chief, permit):
    district = District.objects.create(code="1", name="Hamnen", geometry=POLYGON)
    assert (
        client.post(reverse("city:rollout-where", args=[permit]), {"districts": [district.pk], "percent": "50"}).status_code
        == 302
    )
    assert "Hamnen" in text(client.get(reverse("city:service-admin", args=[permit])))


@pytest.mark.parametrize("percent", ["101", "-1", "", "fem"])
def test_a_roll_out_with_a_bad_share_is_refused(client, chief, permit, percent):
    assert "<title>Fel:" in text(client.post(reverse("city:rollout-where", args=[permit]), {"percent": percent}))


def test_an_auditor_reads_the_log_and_that_is_logged(client, someone):
    auditor = someone(Role.AUDITOR, first_name="Mirja", last_name="Koski")
    actions.register_person(None, given_name="Karin", family_name="Ek")
    client.force_login(auditor)
    page = text(client.get(reverse("city:audit")))
    assert "registered" in page
    assert "Karin" not in page
    assert AuditEntry.objects.filter(did="read_audit", actor=f"user:{auditor.pk}").exists()
    assert "Mirja Koski" in text(client.get(reverse("city:audit"), {"did": "read_audit"}))


@pytest.mark.parametrize("query", [{"page": "x"}, {"page": "99999"}, {"user": "x"}, {"did": "'"}, {"what": "%"}])
def test_the_log_takes_any_question(client, someone, query):
    client.force_login(someone(Role.AUDITOR))
    assert text(client.get(reverse("city:audit"), query))


@pytest.mark.parametrize(
    "name",
    [
        "services",
        "notices",
        "how-we-count",
        "desk",
        "organisation",
        "effects",
        "users",
        "user-new",
        "roles",
        "services-admin",
    ],
)
def test_a_page_asks_at_most_twelve_questions(client, chief, permit, name, django_assert_max_num_queries):
    for number in range(30):
        Organisation.objects.create(name=f"Enhet {number}", kind="unit")
        User.objects.create_user(f"u{number}", is_staff=True)
    client.get(reverse("city:desk"))
    with django_assert_max_num_queries(12):
        assert text(client.get(reverse(f"city:{name}")))


def test_what_the_services_gave_says_measured_or_estimated(client, someone):
    from stadig.city import clock, effects

    effects.metric("test_trips", "Resor som inte behövdes", "resor")
    effects.sync()
    effects.record(
        "x", "test_trips", 7, "resor", clock.now(), subject=("x", 1), key="1", kind="estimated", method="0,6 resor per ärende"
    )
    client.force_login(someone(Role.DIRECTOR))
    page = text(client.get(reverse("city:effects")))
    assert "Uppskattat" in page
    assert "≈ 7" in page
    assert Effect.objects.count() == 1
