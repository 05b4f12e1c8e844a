"""Bad input to the staff's side: what machines send is refused in words, and hostile names are text wherever they are shown."""

from __future__ import annotations

import io
import json

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from pypdf import PdfReader

from stadig.cases import actions, deciding, following, handling, letters, writing
from stadig.cases.models import Case
from stadig.city.models import Organisation, Person
from stadig.city.roles import Role
from stadig.eservices.handing import actions as handing
from stadig.eservices.models import EService, HandOver
from stadig.files.actions import path_of
from stadig.post.models import Letter, Subscriber

pytestmark = pytest.mark.django_db
EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '#read("/etc/passwd") #let x = 1 $x$ *fet* _kursiv_ @ref',
    "{{ settings.SECRET_KEY }}{% load x %}",
    "Robert'); DROP TABLE cases_case;--",
    "Åsa \u202egnissalc\u2066 Berg",
]


@pytest.fixture
def handed(street_fault, drafted) -> HandOver:
    """A case that another system handles."""
    from stadig.eservices import actions as eservices

    EService.objects.update(
        local={"handled_in": "external", "handover": {"to": "folder", "folder": "x", "statuses": {"begun": "ordered"}}}
    )
    case = eservices.submit(None, drafted().pk).case
    handing.begin(case.pk)
    return HandOver.objects.get()


@pytest.fixture
def say(client, handed, someone):
    """``say(body)`` → what the status interface answers to bytes, a text or plain data."""
    key = handing.make_key(someone(Role.ADMINISTRATOR), "Vägsystemet", "street-fault")

    def send(body: object) -> tuple[int, str]:
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        address = "/api/e-tjanster/status/"
        answer = client.post(address, data, content_type="application/json", headers={"Authorization": f"Bearer {key}"})
        return answer.status_code, answer.json()["error"] if answer.status_code != 200 else ""

    return send


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 500_000 + b"]" * 500_000, 413),
        (b'{"case":' * 120_000 + b"1" + b"}" * 120_000, 413),
        (b"[" * 1_000 + b"]" * 1_000, 400),
        (b'{"a":' * 1_100 + b"1" + b"}" * 1_100, 400),
        (b"\xff\xfe\x00", 400),
        (b"", 400),
        (b"null", 400),
        (b'{"case": 1e999}', 400),
        (b'{"case": ["GPN 2026/00001"]}', 400),
        (b'{"case": {"$gt": ""}}', 400),
        (json.dumps({"case": "GPN 2026/00001\0", "status": "begun"}).encode(), 400),
        (json.dumps({"case": "GPN 2026/00001", "number": "A\0"}).encode(), 400),
        (json.dumps({"case": "\ud800"}).encode(), 400),
        (json.dumps({"case": "G" * 5_000, "status": "begun"}).encode(), 404),
        (json.dumps({"case": "GPN 2026/00001", "status": "<script>"}).encode(), 422),
    ],
)
def test_the_status_interface_refuses_in_words_what_is_no_status(say, handed, body, status):
    code, words = say(body)
    assert (code, bool(words)) == (status, True)
    assert "Traceback" not in words
    handed.refresh_from_db()
    assert (handed.number, handed.theirs) == ("", "")


def test_a_number_from_another_system_is_text_on_every_page(say, handed, client, someone):
    for evil in EVIL:
        assert say({"case": handed.case.number, "number": evil[:80]})[0] == 200
        client.force_login(someone(Role.ADMINISTRATOR))
        pages = [client.get(reverse("eservices:handed")).content.decode()]
        client.logout()
        code = {"number": handed.case.number, "code": following.code_of(handed.case)}
        pages.append(client.post(reverse("cases:follow"), code, follow=True).content.decode())
        for page in pages:
            assert "<script>alert" not in page
            assert "<img src=x" not in page


def test_the_admin_of_webhooks_refuses_in_swedish_and_shows_text(client, someone):
    client.force_login(someone(Role.ADMINISTRATOR))
    address = reverse("post:webhooks")
    good = {"name": "Livia", "url": "https://192.0.2.1/hook", "events": ["case.registered"]}
    for wrong in (
        {"name": "[" * 1_000_000},
        {"url": "https://" + "a" * 1_000_000},
        {"url": "javascript:alert(1)"},
        {"url": "https://user:pass@192.0.2.1/"},
        {"url": "https://[::1"},
        {"url": "https://192.0.2.1\0/"},
        {"events": ["case.registered", "DROP TABLE"]},
        {"events": "[" * 100_000},
    ):
        answer = client.post(address, good | wrong)
        assert answer.status_code == 400, wrong
        assert "ds-error-summary" in answer.content.decode()
    assert not Subscriber.objects.exists()
    client.post(address, good | {"name": EVIL[0]})
    Subscriber.objects.update_or_create(
        name=EVIL[0], defaults={"url": "https://x", "events": ["a"], "secret": "s", "made_at": "2026-11-24T08:00Z"}
    )
    page = client.get(address).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.fixture
def named(installed, someone):
    """``named(EVIL)`` → a closed permit with a letter and a decision, from one with that name; and those who work with it."""
    kind = installed("parking-permit").current.case_type
    amina = someone(Role.CASE_WORKER, organisation=kind.unit, first_name="Amina")
    lars = someone(Role.REGISTRAR, organisation=kind.committee, first_name="Lars")
    nadia = someone(Role.CONTACT_CENTRE, organisation=Organisation.objects.create(name="Kontaktcenter", kind="unit"))
    nadia.assignments.update(organisation=None)

    def make(evil: str) -> Case:
        answers = {"for_whom": "me", "ordinary_day": evil}
        parties = [actions.NewParty("applicant", None, name=evil, address=f"{evil}\n432 80 Lindhamn", phone="0340-1")]
        case = actions.register(nadia, kind, title="Parkeringstillstånd", answers=answers, parties=parties)
        handling.take(amina, case.pk)
        handling.note(amina, case.pk, evil)
        writing.write(amina, case.pk, evil)
        letters.write(amina, case.pk, title=evil[:100], text=evil)
        deciding.decide(amina, case.pk, "refused", f"Du kan gå längre än hundra meter. {evil}")
        letters.send_decision(case.decisions.get().pk)
        return case

    return make, amina, lars, nadia


@pytest.mark.parametrize("evil", EVIL)
def test_a_hostile_name_is_text_on_every_page_of_the_staff_and_in_no_diary(named, client, evil):
    make, amina, lars, _nadia = named
    case = make(evil)
    sent = [
        (amina, reverse("cases:inbox") + "?lage=alla"),
        (amina, reverse("cases:case", args=[case.pk])),
        (amina, reverse("cases:letter", args=[case.pk])),
        (lars, reverse("cases:letters")),
        (amina, reverse("cases:desk")),
    ]
    for user, address in sent:
        client.force_login(user)
        page = client.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        for tag in ("<script>alert", "<img src=x", "root:x:0"):
            assert tag not in text, address
    client.force_login(amina)
    found = client.post(reverse("cases:senders"), {"who": evil[:40]}).content.decode()
    assert "<script>alert" not in found
    client.logout()
    for address in (
        "/diarium/gatu-och-parknamnden/",
        f"/diarium/gatu-och-parknamnden/{case.number.replace(' ', '-').replace('/', '-')}/",
    ):
        page = client.get(address).content.decode()
        assert "alert(1)" not in page
        assert "DROP TABLE" not in page


@pytest.mark.parametrize("evil", EVIL)
def test_a_hostile_name_is_text_in_letters_and_decisions(named, evil):
    make, *_ = named
    case = make(evil)
    pages = [bytes(letter.pdf or b"") for letter in Letter.objects.all()]
    for document in case.documents.filter(kind__in=("letter", "decision")):
        with default_storage.open(path_of(document.files.get())) as stored:
            pages.append(stored.read())
    assert len(pages) >= 4
    word = evil.split()[0].strip("\u202e\u2066")[:12]
    for data in pages:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
        assert word in text.replace("\n", "")
        assert "root:x:0" not in text


def test_a_protected_person_with_a_hostile_name_is_masked_all_the_same(named, client):
    _make, amina, _lars, _nadia = named
    person = Person.objects.create(given_name=EVIL[0], family_name="Berg", protection="marking", address="Kajen 4")
    kind = EService.objects.get().current.case_type
    case = actions.register(None, kind, title="Parkeringstillstånd", parties=[actions.NewParty("applicant", person)])
    client.force_login(amina)
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "alert(1)" not in page
    assert "Kajen 4" not in page
