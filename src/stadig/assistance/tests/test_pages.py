"""The page of a lookup as case workers, managers, auditors and the contact centre meet it; what is logged, shown and kept apart."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from stadig.assistance import asking, desk, lookups, measuring
from stadig.assistance.tests.people import CHILD, SAMIRA, YUSUF, Town, law, person
from stadig.assistance.tests.stored import answered, connected, raw_of
from stadig.cases.models import Document
from stadig.city import clock, disclosure
from stadig.city.models import AuditEntry, Effect, User
from stadig.city.roles import Role
from stadig.exchange.models import Lookup
from stadig.exchange.outcomes import Outcome
from stadig.exchange.sealed import Told
from stadig.exchange.terms import Block, Fact, Kind
from stadig.ui import formatting

AUTUMN = (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(at: Callable[[str], Any], settings: Any, tmp_path: Path) -> Town:
    at("2026-11-24T09:41+01:00")
    law("FK", "AF", "SKV", "SO")
    settings.EXCHANGE_FILE = connected(tmp_path, "FK", "AF", "SKV", "SO", "TNS")
    return Town()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    return client


def page(town: Town, who: Any = None, **more: Any) -> str:
    return reverse("assistance:person", args=[more.get("case", town.couple).pk, (who or town.yusuf).pk])


def paid(benefit: str, label: str, kronor: int, day: dt.date, path: str = "/a/b[1]") -> Fact:
    from decimal import Decimal

    return Fact(Kind.PAYMENT, benefit, label, path, net=Decimal(kronor), pay_date=day)


SICK = Block("FK", Outcome.DATA, facts=(paid("SJP", "Sjukpenning", 4212, dt.date(2026, 11, 18)),))
SILENT = Block("SO", Outcome.TIMEOUT)
NOTHING = Block("AF", Outcome.NOTHING_STATED)


def logged(did: str) -> int:
    return AuditEntry.objects.filter(did=did).count()


def test_before_anything_is_asked_the_page_says_what_will_be_asked_of_whom_and_by_which_law(town):
    said = browser(town.petra).get(page(town)).content.decode()
    assert "Ingen myndighet är frågad än" in said
    assert formatting.law("15 kap. 10 § socialtjänstlagen (2025:400)") in said
    assert "19910106-••••" in said
    assert "1 oktober till 31 december" in said
    assert "Det finns inget lagstöd inskrivet." in said  # of Transportstyrelsen
    main = said[said.index("<main") : said.index("</main>")]
    assert len(re.findall(r'class="ds-button"(?! data-variant)', main)) == 1  # one thing to do
    assert "Fråga myndigheterna" in said
    assert logged("read") == 0


def test_the_first_page_of_a_case_is_the_applicants(town):
    said = browser(town.petra).get(reverse("assistance:page", args=[town.couple.pk])).content.decode()
    assert re.search(r"<h1[^>]*>Yusuf Ali, ansökan för december</h1>", said)


def test_evidence_stands_first_and_reading_it_is_logged(town):
    lookup = answered(town, town.yusuf, AUTUMN, SILENT, SICK, NOTHING)
    said = browser(town.petra).get(page(town)).content.decode()
    assert said.index("namn-FK") < said.index("namn-SO")
    assert "4\N{NO-BREAK SPACE}212\N{NO-BREAK SPACE}kr" in said
    assert "2 av 3 myndigheter gav underlag" in said
    assert "Vi vet inte om det finns a-kassa." in said
    assert "frågan ställdes av dig i dag 09.41" in said
    assert "enligt SFS 2025:400" in said
    row = AuditEntry.objects.get(did="read", what="exchange.lookup")
    assert (row.what_id, row.ids["case"]) == (str(lookup.pk), town.couple.pk)


def test_a_closed_agency_is_promised_the_same_while_the_others_answer_and_after(town):
    opens = clock.now() + dt.timedelta(hours=2)
    lookup = answered(town, town.yusuf, AUTUMN, SICK, Block("SO", Outcome.CLOSED, available_from=opens))
    promised = "Vi frågar då av oss själva, om ärendet fortfarande är öppet."
    client = browser(town.petra)
    assert promised in client.get(page(town)).content.decode()
    Lookup.objects.filter(pk=lookup.pk).update(finished_at=None)
    assert promised in client.get(page(town)).content.decode()


def test_nothing_of_one_adults_answers_is_shown_under_the_other(town):
    answered(town, town.yusuf, AUTUMN, SICK)
    answered(town, town.samira, AUTUMN, Block("FK", Outcome.DATA, facts=(paid("FP", "Föräldrapenning", 9100, AUTUMN[0]),)))
    client = browser(town.petra)
    hers, his = client.get(page(town, town.samira)).content.decode(), client.get(page(town, town.yusuf)).content.decode()
    assert "Föräldrapenning" in hers
    assert "Sjukpenning, november" not in hers
    assert "Sjukpenning, november" in his
    assert "Föräldrapenning, oktober" not in his
    assert client.get(f"{page(town, town.samira)}?fraga={Lookup.objects.get(person=town.yusuf).pk}").status_code == 404


def test_after_a_separation_the_new_case_shows_only_what_was_asked_in_it(town):
    answered(town, town.yusuf, AUTUMN, SICK)
    answered(town, town.samira, AUTUMN, Block("FK", Outcome.DATA, facts=(paid("FP", "Föräldrapenning", 9100, AUTUMN[0]),)))
    alone = town.apply(("applicant", town.samira))
    client = browser(town.petra)
    said = client.get(page(town, town.samira, case=alone)).content.decode()
    assert "Ingen myndighet är frågad än" in said
    assert "Föräldrapenning, oktober" not in said
    assert client.get(page(town, town.yusuf, case=alone)).status_code == 404
    assert not desk.may_read(town.petra, alone.pk, town.yusuf.pk)


def test_only_those_who_handle_the_case_and_one_it_was_shown_to_may_read(town):
    answered(town, town.yusuf, AUTUMN, SICK)
    manager = town.colleague(Role.MANAGER)
    auditor = town.colleague(Role.AUDITOR)
    contact = town.colleague(Role.CONTACT_CENTRE)
    registrar = town.colleague(Role.REGISTRAR)
    seen = {
        who: browser(who).get(page(town)).status_code for who in (town.petra, manager, auditor, contact, registrar, town.amina)
    }
    assert [seen[who] for who in (town.petra, manager)] == [200, 200]
    assert [seen[who] for who in (auditor, town.amina)] == [404, 404]
    assert [seen[who] for who in (contact, registrar)] == [403, 403]
    by = User.objects.get(pk=manager.pk)
    disclosure.Disclosure.objects.create(
        by=by, to=auditor, committee=town.unit.parent, what="cases.case", what_id=str(town.couple.pk), reason="Granskning",
        at=by.date_joined, until=dt.datetime(2999, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    said = browser(auditor).get(page(town))
    assert said.status_code == 200
    assert "En invånare" in said.content.decode()
    assert "Fråga igen" not in said.content.decode()
    of_the_log = reverse("exchange:extract", args=[town.yusuf.pk])
    assert of_the_log not in said.content.decode(), "an auditor may not print a person's log"
    assert of_the_log in browser(town.petra).get(page(town)).content.decode()


def test_a_party_who_works_there_does_not_read_their_own_case(town):
    from stadig.city.testing import someone

    own = someone(Role.CASE_WORKER, organisation=town.unit, person=town.samira)
    assert browser(own).get(page(town)).status_code == 404


def test_asking_from_the_page_and_within_the_hour_the_stored_answer_is_shown_with_the_way_on(town):
    client = browser(town.petra)
    form = {"agency": ["FK", "AF"], "first": "2026-10-01", "last": "2026-12-31"}
    asked = client.post(reverse("assistance:ask", args=[town.couple.pk, town.yusuf.pk]), form)
    assert asked["Location"] == page(town)
    again = client.post(reverse("assistance:ask", args=[town.couple.pk, town.yusuf.pk]), form, follow=True)
    said = again.content.decode()
    assert "Samma fråga ställdes 09.41. Svaret står här. Du kan fråga på nytt om 60 minuter." in said
    assert Lookup.objects.count() == 1
    assert "Fråga på nytt eller om en annan period" in said


def test_nothing_ticked_is_told_and_what_was_typed_stays(town):
    client = browser(town.petra)
    address = reverse("assistance:ask", args=[town.couple.pk, town.yusuf.pk])
    answer = client.post(address, {"first": "2026-09-01", "last": "2026-12-31"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Välj minst en myndighet att fråga." in said
    assert 'value="2026-09-01"' in said
    assert "<title>Fel:" in re.sub(r"\s+", " ", said).replace("<title> ", "<title>")


def test_a_field_that_names_no_agency_is_told_and_leaves_nothing(town):
    address = reverse("assistance:ask", args=[town.couple.pk, town.yusuf.pk])
    form = {"agency": ["FK", "XYZ'><img src=x onerror=alert(1)>"], "first": "2026-10-01", "last": "2026-12-31"}
    answer = browser(town.petra).post(address, form)
    assert answer.status_code == 422
    assert "En av myndigheterna finns inte här." in answer.content.decode()
    assert "<img" not in answer.content.decode()
    assert not Lookup.objects.exists()


def test_the_cases_own_period_stands_first_and_another_question_adds_to_it(town):
    answered(town, town.yusuf, AUTUMN, SICK, minutes_ago=30)
    answered(town, town.yusuf, AUTUMN, NOTHING, minutes_ago=20)
    answered(town, town.yusuf, (AUTUMN[0], dt.date(2026, 10, 31)), SILENT)
    said = browser(town.petra).get(page(town)).content.decode()
    assert "perioden 1 oktober till 31 december" in said
    assert "Sjukpenning, november" in said
    assert "Arbetsförmedlingen svarar att inget är registrerat" in said


def test_silence_about_days_to_come_is_said_to_hold_until_the_answer_came(town):
    answered(town, town.yusuf, AUTUMN, NOTHING)
    said = browser(town.petra).get(page(town)).content.decode()
    assert "Det gäller till och med 24 november." in said


def test_a_closed_case_is_read_but_nothing_is_asked_in_it(town):
    from stadig.cases import actions as cases

    answered(town, town.yusuf, AUTUMN, SICK, SILENT)
    for status in ("assessing", "granted"):
        cases.set_status(town.petra, town.couple.pk, status)
    said = browser(town.petra).get(page(town)).content.decode()
    assert "Sjukpenning, november" in said
    assert "Fråga igen" not in said
    hers = browser(town.petra).get(page(town, town.samira)).content.decode()
    assert "Ärendet är avslutat." in hers


def test_the_whole_personnummer_is_on_the_answer_to_a_press_alone(town):
    client = browser(town.petra)
    written = f"{YUSUF[:8]}-{YUSUF[8:]}"
    assert written not in client.get(page(town)).content.decode()
    address = reverse("assistance:number", args=[town.couple.pk, town.yusuf.pk])
    part = client.post(address, headers={"HX-Request": "true"})
    assert written in part.content.decode()
    assert "no-store" in part["Cache-Control"]
    assert written in client.post(address).content.decode()
    assert written not in client.get(page(town)).content.decode()
    assert logged("showed a personnummer") == 2


def test_a_protected_person_is_masked_and_shown_elsewhere_with_a_reason(town):
    guarded = person(CHILD, "Hemlig", "Hemligsson", protection="marking")
    case = town.apply(("applicant", guarded))
    said = browser(town.petra).get(page(town, guarded, case=case)).content.decode()
    assert "Hemlig" not in said
    assert "Skyddad person" in said
    assert reverse("city:person", args=[guarded.pk]) in said
    number = browser(town.petra).post(reverse("assistance:number", args=[case.pk, guarded.pk]), headers={"HX-Request": "true"})
    assert CHILD[8:] not in number.content.decode()


def test_the_news_of_an_open_page_are_no_second_reading_but_whoever_has_not_opened_it_is_noted(town):
    lookup = answered(town, town.yusuf, AUTUMN, SICK)
    client = browser(town.petra)
    opened = client.get(page(town)).content.decode()
    address = re.search(r'hx-get="([^"]+/nytt/[^"]+)"', opened)
    assert address
    news = client.get(address[1].replace("&amp;", "&"))
    assert 'hx-swap-oob="true"' in news.content.decode()
    assert logged("read") == 1
    client.get(reverse("assistance:news", args=[town.couple.pk, town.yusuf.pk, lookup.pk]))
    assert logged("read") == 2
    manager = town.colleague(Role.MANAGER)
    browser(manager).get(address[1].replace("&amp;", "&"))  # another's address is no proof of having opened it
    assert logged("read") == 3
    assert browser(town.amina).get(address[1]).status_code == 404


def test_a_call_is_written_down_with_its_minutes_and_a_file_and_counts_as_no_evidence(town):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = browser(town.petra)
    address = reverse("assistance:call", args=[town.couple.pk, town.yusuf.pk, "SO"])
    form = {"day": "2026-11-24", "time": "09:10", "whom": "Eva, kundtjänst", "number": "0770-123", "minutes": "38"}
    assert "Skriv vad som sades." in client.post(address, form).content.decode()
    paper = SimpleUploadedFile(
        "brev.pdf",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
    )
    saved = client.post(address, form | {"said": "Han får 8 000 i november.", "attached": paper}, follow=True)
    said = saved.content.decode()
    assert "Samtalet är antecknat." in said
    assert "Han får 8 000 i november." in said
    assert "38 minuter" in said
    assert "Räknas inte som underlag" in said
    assert Effect.objects.get(metric_id=asking.PHONE_MINUTES).quantity == 38
    document = Document.objects.get(case=town.couple, kind="phone_note")
    assert document.files.count() == 1
    assert client.get(reverse("assistance:call", args=[town.couple.pk, town.yusuf.pk, "XX"])).status_code == 404


def test_a_call_in_the_future_is_refused(town):
    address = reverse("assistance:call", args=[town.couple.pk, town.yusuf.pk, "SO"])
    form = {"day": "2026-11-25", "time": "09:10", "whom": "Eva", "said": "Nej."}
    assert "Samtalet kan inte ligga i framtiden." in browser(town.petra).post(address, form).content.decode()


def test_a_call_after_a_silence_takes_its_place_until_evidence_comes(town):
    answered(town, town.yusuf, AUTUMN, SICK, SILENT)
    told = Told("Eva", dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), "Inget i november.")
    asking.note_call(town.petra, asking.About(town.couple.pk, town.yusuf.pk, AUTUMN), "SO", told)
    said = browser(town.petra).get(page(town)).content.decode()
    assert "Besked i samtal" in said
    assert "1 av 2 myndigheter gav underlag" in said


def test_the_raw_answer_shows_each_fact_with_its_place_and_is_logged(town):
    call = raw_of(
        answered(town, town.yusuf, AUTUMN, SICK, body=b'{"utbetalningar": [{"summa": 4212, "text": "<script>x</script>"}]}')
    )
    client = browser(town.petra)
    address = reverse("assistance:raw", args=[town.couple.pk, town.yusuf.pk, call])
    said = client.get(address).content.decode()
    assert "<code>/a/b[1]</code>" in said
    assert "&quot;summa&quot;: 4212" in said
    assert "<script>x" not in said
    assert "samma avtryck som när det kom" in said
    assert logged("read raw") == 1
    file = client.get(reverse("assistance:raw-file", args=[town.couple.pk, town.yusuf.pk, call]))
    assert file["Content-Disposition"].startswith("attachment;")
    assert file["Content-Type"] == "application/octet-stream"
    assert file.content.startswith(b'{"utbetalningar"')
    assert logged("exported") == 1
    assert client.get(reverse("assistance:raw", args=[town.couple.pk, town.samira.pk, call])).status_code == 404
    assert browser(town.amina).get(address).status_code == 404


def test_the_facts_are_fetched_as_csv_and_json_and_each_fetch_is_logged(town):
    answered(town, town.yusuf, AUTUMN, SICK, SILENT)
    client = browser(town.petra)
    text = client.get(reverse("assistance:csv", args=[town.couple.pk, town.yusuf.pk])).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    by_agency = {row["Myndighet"]: row for row in rows}
    assert by_agency["Försäkringskassan"]["Netto, kronor"] == "4212"
    assert by_agency["Försäkringskassan"]["Räknas som underlag"] == "1"
    assert by_agency["A-kassorna"]["Räknas som underlag"] == "0"
    assert by_agency["A-kassorna"]["Netto, kronor"] == ""
    said = json.loads(client.get(reverse("assistance:json", args=[town.couple.pk, town.yusuf.pk])).content)
    assert said["case"] == town.couple.number
    assert {one["agency"] for one in said["facts"]} >= {"Försäkringskassan", "A-kassorna"}
    assert logged("exported") == 2


def test_printing_is_a_page_of_its_own_with_where_each_figure_comes_from_and_is_logged(town):
    answered(town, town.yusuf, AUTUMN, SICK, SILENT)
    said = browser(town.petra).get(reverse("assistance:print", args=[town.couple.pk, town.yusuf.pk])).content.decode()
    assert "SHA-256" in said
    assert "Räknas inte som underlag" in said
    assert "15 kap. 10 § socialtjänstlagen" in said
    assert (logged("printed"), logged("read")) == (1, 0)


def test_what_was_said_is_saved_in_the_case_as_a_note_once(town):
    lookup = answered(town, town.yusuf, AUTUMN, SICK, SILENT)
    client = browser(town.petra)
    address = reverse("assistance:keep", args=[town.couple.pk, town.yusuf.pk])
    form = {"lookup": str(lookup.pk), "request_id": "00000000-0000-4000-8000-000000000007"}
    client.post(address, form)
    client.post(address, form)
    note = Document.objects.get(case=town.couple, kind="note")
    assert note.direction == Document.Direction.DRAWN_UP
    assert "Sjukpenning, november: 4\N{NO-BREAK SPACE}212\N{NO-BREAK SPACE}kr" in note.text
    assert "Räknas inte som underlag." in note.text
    assert SAMIRA not in note.text


def test_the_panel_in_the_case_says_whom_agencies_have_been_asked_about(town):
    answered(town, town.yusuf, AUTUMN, SICK, SILENT)
    client = browser(town.petra)
    address = reverse("assistance:panel", args=[town.couple.pk])
    case = client.get(reverse("cases:case", args=[town.couple.pk])).content.decode()
    assert address in case
    assert client.get(address)["Location"] == reverse("assistance:page", args=[town.couple.pk])
    said = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "1 av 2 myndigheter gav underlag" in said
    assert "Ingen myndighet är frågad än." in said
    assert "4\N{NO-BREAK SPACE}212" not in said


def test_earlier_questions_of_the_case_are_listed_and_an_older_answer_says_that_it_is(town):
    first = answered(town, town.yusuf, AUTUMN, SILENT, minutes_ago=120)
    answered(town, town.yusuf, AUTUMN, SICK)
    client = browser(town.petra)
    assert f"?fraga={first.pk}" in client.get(page(town)).content.decode()
    older = client.get(f"{page(town)}?fraga={first.pk}").content.decode()
    assert "Det här är ett äldre svar" in older
    assert "Sjukpenning, november" not in older


def test_seconds_are_measured_and_minutes_saved_only_estimated_when_enough_calls_are_written_down(town):
    from stadig.city import effects, services

    services.sync()
    lookup = answered(town, town.yusuf, AUTUMN, SICK, NOTHING, SILENT)
    assert measuring.measure(None) == 1
    assert measuring.measure(None) == 0
    seconds = Effect.objects.get(metric_id=measuring.SECONDS)
    assert (seconds.kind, seconds.quantity) == ("measured", 5.0)
    assert not Effect.objects.filter(metric_id=measuring.SAVED).exists()
    for number in range(10):
        effects.record(
            "fraga-myndigheter",
            asking.PHONE_MINUTES,
            20 + number,
            "min",
            lookup.asked_at,
            subject=("case", 1),
            key=f"call:{number}",
        )
    answered(town, town.samira, AUTUMN, SICK, NOTHING, SILENT)
    measuring.measure(None)
    saved = Effect.objects.get(metric_id=measuring.SAVED)
    assert (saved.kind, saved.quantity) == ("estimated", 49.0)
    assert saved.low < saved.quantity < saved.high
    assert "mediantiden för 10 antecknade samtal" in saved.method


def test_a_lookup_that_asks_again_is_shown_with_the_one_it_asks_again(town):
    first = answered(town, town.yusuf, AUTUMN, SICK, SILENT)
    answered(
        town, town.yusuf, AUTUMN, Block("SO", Outcome.DATA, facts=(paid("AKASSA", "Alfa", 8000, AUTUMN[0]),)), again_of=first
    )
    head = desk.find(town.petra, town.couple.pk)
    yusuf = head.person(town.yusuf.pk)
    past = head.asked(yusuf)
    assert [one.pk for one in past] == [first.pk]
    one = lookups.read(head, yusuf, past[0])
    assert one is not None
    assert {answer.agency: answer.outcome for answer in one.answers}["SO"] == Outcome.DATA
    assert len(one.topics) == 2
