"""Someone who was helped, or wrote on paper, takes their case to Mina sidor with its number, its code and their name."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from stadig.cases import access, claiming, following, letters, own
from stadig.cases.actions import NewParty
from stadig.cases.models import Event, Party
from stadig.city import assurance
from stadig.city.models import AuditEntry
from stadig.city.roles import Role

pytestmark = pytest.mark.django_db
URL = "/mina/hamta/"


@pytest.fixture(autouse=True)
def no_tries_before(db):
    cache.clear()


@pytest.fixture
def helped(open_case, permits):
    """A case that staff made on the phone for Karin, who was no registered person here then."""

    def make(name: str = "Karin Ek", **more):
        return open_case(
            parties=[NewParty("applicant", name=name, address="Storgatan 1", phone="070-1")], channel="phone", **more
        )

    return make


def said(case, **more):
    return {"number": case.number, "code": following.code_of(case)} | more


def test_a_case_that_staff_began_is_claimed_with_number_and_code(helped, karin, amina, client):
    case = helped()
    case.assignee = amina
    case.save()
    client.force_login(karin)
    assert case.number not in client.get("/mina/").content.decode()
    assert "Hämta ett ärende som någon hjälpte dig med" in client.get("/mina/").content.decode()
    page = client.post(URL, said(case, code=following.code_of(case).lower().replace(" ", "-")), follow=True).content.decode()
    assert "Ärendet finns nu på Mina sidor" in page and "Du hämtade ärendet hit" in page
    assert case.number in client.get("/mina/").content.decode()
    party = Party.objects.get(case=case)
    assert (party.person, party.name, party.address, party.phone) == (karin.person, "", "", "070-1")
    assert case.documents.get(number=1).person == karin.person and case.documents.get(number=1).counterpart == ""
    assert AuditEntry.objects.filter(did="claimed", what_id=str(case.pk)).count() == 1
    assert amina.notices.filter(text__contains=case.number).count() == 1, "the case worker is told"
    client.force_login(amina)
    assert "Den sökande hämtade ärendet till Mina sidor" in client.get(f"/arbetsplats/arenden/{case.pk}/").content.decode()


def test_claimed_twice_is_claimed_once(helped, karin):
    case = helped()
    for _ in range(2):
        claiming.claim(karin, case.pk, level=0)
    assert Event.objects.filter(case=case, kind="claimed").count() == 1


def test_the_one_who_has_shown_the_code_claims_with_a_button(helped, karin, client):
    case = helped()
    client.force_login(karin)
    page = client.post("/mina/folj/", said(case), follow=True).content.decode()
    assert "Är ärendet ditt?" in page
    assert client.post(URL, {"case": case.pk})["Location"] == f"/mina/{case.pk}/"


def test_the_button_is_worth_nothing_without_the_code(helped, karin, client):
    case = helped()
    client.force_login(karin)
    assert client.post(URL, {"case": case.pk}).status_code == 422
    assert not Party.objects.filter(person=karin.person).exists()


def test_wrong_codes_are_counted_for_the_number_and_for_the_one_who_tries(helped, karin, client):
    one, other = helped(), helped()
    client.force_login(karin)
    for _ in range(5):
        assert client.post(URL, said(one, code="AAAAA AAAAA")).status_code == 422
        assert client.post(URL, said(other, code="AAAAA AAAAA")).status_code == 422
    answer = client.post(URL, said(one))
    assert answer.status_code == 429 and "Vänta en timme" in answer.content.decode()
    assert not Party.objects.filter(person=karin.person).exists()


def test_a_case_that_someone_follows_says_so_and_is_not_taken(helped, karin, someone, client):
    case = helped("Kim Test")
    yusuf = someone(Role.RESIDENT, first_name="Kim", last_name="Test")
    claiming.claim(yusuf, case.pk, level=0)
    twin = someone(Role.RESIDENT, first_name="Kim", last_name="Test")
    client.force_login(twin)
    answer = client.post(URL, said(case))
    assert answer.status_code == 422 and "Någon följer redan ärendet" in answer.content.decode()
    assert Party.objects.get(case=case).person == yusuf.person


@pytest.mark.parametrize(
    ("written", "theirs"),
    [("Karin Ek", True), ("karin  EK", True), ("Ek", True), ("Berit Ek", False), ("Karin Ek Lund", False), ("", True)],
)
def test_the_name_in_the_case_must_be_the_persons(helped, karin, written, theirs):
    case = helped(written)
    if theirs:
        claiming.claim(karin, case.pk, level=0)
    else:
        with pytest.raises(claiming.NotYours, match="ett annat namn"):
            claiming.claim(karin, case.pk, level=0)
    assert access.is_party(karin, case.pk) is theirs


def test_a_secret_case_wants_a_sure_log_in_and_a_name(helped, parking, karin, client):
    type(parking).objects.update(confidentiality="26 kap. 1 § OSL")
    parking.refresh_from_db()
    case, nameless = helped(type=parking), helped("", type=parking)
    client.force_login(karin)
    assert "Logga in med e-legitimation" in client.post(URL, said(case)).content.decode()
    session = client.session
    session[assurance.LEVEL] = 3
    session.save()
    assert client.post(URL, said(case)).status_code == 302
    assert "ett annat namn" in client.post(URL, said(nameless)).content.decode()


def test_no_one_claims_a_case_they_work_with(helped, amina, colleague):
    from stadig.city.models import Person

    amina.person = Person.objects.create(given_name="Karin", family_name="Ek")
    amina.save()
    with pytest.raises(claiming.NotYours, match="Be en kollega"):
        claiming.claim(amina, helped().pk, level=3)
    colleague.person = None
    with pytest.raises(claiming.NotYours):
        claiming.claim(colleague, helped().pk, level=3)


def test_a_claimed_case_shows_nothing_but_where_it_stands_to_the_code(helped, karin):
    case = helped()
    assert not own.read(case).private
    claiming.claim(karin, case.pk, level=0)
    assert own.read(case).private


def test_letters_say_how_the_case_is_taken_to_mina_sidor_until_someone_has(helped, karin):
    case = helped()
    assert "/mina/hamta/" in letters.follow_later(case)[0]
    claiming.claim(karin, case.pk, level=0)
    assert letters.follow_later(case) == ()
