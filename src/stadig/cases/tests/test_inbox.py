"""Monday morning: what waits, whose it is, and one case to read."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stadig.cases import access, actions, definitions, handling, inbox, many, panels
from stadig.cases.definition import from_data
from stadig.cases.models import Case, Event, Note
from stadig.city import actions as city
from stadig.city.models import AuditEntry, Organisation, User
from stadig.city.roles import Role

pytestmark = pytest.mark.django_db


def numbers(page: inbox.Page) -> list[str]:
    return [row.number for row in page.rows]


def test_the_most_urgent_comes_first_and_says_how_long_is_left(open_case, amina, at):
    at("2026-11-23T08:00+01:00")
    open_case()
    at("2026-11-25T08:00+01:00")
    open_case()
    at("2026-12-01T08:00+01:00")
    rows = inbox.page(amina, inbox.Filter()).rows
    assert [(row.due, row.urgent) for row in rows] == [("1 dag sen", "late"), ("i morgon", "soon")]
    assert inbox.around(amina)[0] == inbox.Counts(all=2, mine=0, nobody=2, late=1)


def test_the_list_is_turned_page_by_page_without_missing_a_case(open_case, amina, at, monkeypatch):
    monkeypatch.setattr(inbox, "PER_PAGE", 2)
    at("2026-11-23T08:00+01:00")
    made = [open_case().number for _ in range(5)]
    for group in ("", "all"):
        seen, after = [], ""
        for _ in range(3):
            page = inbox.page(amina, inbox.Filter(group=group, after=after))
            seen += numbers(page)
            after = page.next
        assert sorted(seen) == made
        assert after == ""


def test_pages_go_on_where_the_one_before_ended_also_among_cases_of_the_same_moment(open_case, amina, at, monkeypatch):
    monkeypatch.setattr(inbox, "PER_PAGE", 2)
    made: list[str] = []
    for day in ("2026-11-23T08:00+01:00", "2026-11-24T08:00+01:00"):
        at(day)
        made += [open_case().number for _ in range(3)]
    at("2026-11-25T08:00+01:00")
    Case.objects.update(group="closed", closed_at=F("registered_at"))
    for group in ("closed", "all"):
        seen, after = [], ""
        for _ in range(3):
            page = inbox.page(amina, inbox.Filter(group=group, after=after))
            seen += numbers(page)
            after = page.next
        assert seen == made[::-1]
        assert after == ""


@pytest.mark.parametrize(("group", "index"), [("", "case_due"), ("closed", "case_closed_last"), ("all", "case_last")])
def test_a_list_is_read_in_the_order_of_an_index_whatever_units_one_sees(open_case, amina, group, index):
    """Sorting 200,000 cases for a page of thirty takes a tenth of a second and more."""
    open_case()
    with CaptureQueriesContext(connection) as asked:
        inbox.page(amina, inbox.Filter(group=group))
    query = next(one["sql"] for one in asked.captured_queries if "LIMIT" in one["sql"] and "c.number" in one["sql"])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {query}")
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert f"using {index} " in plan
    assert "Sort" not in plan


def test_a_process_that_has_just_begun_reads_all_definitions_at_once(open_case, parking, amina, monkeypatch):
    open_case()
    for name in ("boat", "stall"):
        held = from_data(parking.definition)
        actions.define(None, name, name * 4, held, committee=parking.committee, unit=parking.unit, series="GPN")
    monkeypatch.setattr(definitions, "_known", {})
    with CaptureQueriesContext(connection) as asked:
        assert len(inbox.around(amina)[1].services) == 3
        inbox.page(amina, inbox.Filter())
    assert sum('"cases_casetype"."definition"' in one["sql"] for one in asked.captured_queries) == 1


@pytest.mark.parametrize("after", ["x", "~", "2026-13-45~1", "~99999999999999999999999", "2026-11-23T08:00:00+01:00~1"])
def test_a_crooked_address_shows_a_list_all_the_same(open_case, amina, client, after):
    open_case()
    client.force_login(amina)
    assert client.get(reverse("cases:inbox"), {"efter": after, "lage": "all", "enhet": "x", "tjanst": "\0"}).status_code == 200


def test_one_filters_by_whose_it_is_where_it_stands_and_what_is_late(open_case, amina, at):
    at("2026-11-23T08:00+01:00")
    mine, other = open_case(), open_case()
    handling.take(amina, mine.pk)
    assert numbers(inbox.page(amina, inbox.Filter(whose="mine"))) == [mine.number]
    assert numbers(inbox.page(amina, inbox.Filter(whose="nobody"))) == [other.number]
    assert numbers(inbox.page(amina, inbox.Filter(group="new"))) == [other.number]
    assert numbers(inbox.page(amina, inbox.Filter(service="parking", late=True))) == []
    at("2027-02-01T08:00+01:00")
    assert len(inbox.page(amina, inbox.Filter(late=True)).rows) == 2


def test_an_empty_inbox_says_what_would_be_there(amina, client):
    client.force_login(amina)
    page = client.get(reverse("cases:inbox")).content.decode()
    assert "Inga ärenden väntar" in page
    assert "Ärenden kommer hit när någon ansöker" in page


def test_a_page_that_has_slept_fetches_its_list_alone(open_case, amina, client):
    case = open_case()
    client.force_login(amina)
    page = client.get(reverse("cases:inbox"), headers={"HX-Request": "true"}).content.decode()
    assert case.number in page
    assert "<main" not in page


def test_who_takes_a_case_begins_it_and_taking_it_twice_is_once(open_case, amina):
    case, sent = open_case(), uuid.uuid4()
    handling.take(amina, case.pk, request_id=sent)
    handling.take(amina, case.pk, request_id=sent)
    case.refresh_from_db()
    assert (case.assignee, case.status) == (amina, "assessing")
    assert list(Event.objects.filter(case=case).values_list("kind", flat=True)) == ["registered", "assigned", "status"]
    assert AuditEntry.objects.filter(did="took a case").count() == 1


def test_a_case_is_given_to_one_who_may_handle_it_and_to_no_one_else(open_case, amina, permits, someone):
    case = open_case()
    colleague = someone(Role.CASE_WORKER, organisation=permits)
    stranger = someone(Role.CASE_WORKER, organisation=Organisation.objects.create(name="Annan", kind="committee"))
    handling.assign(amina, case.pk, colleague)
    with pytest.raises(handling.CannotHandle):
        handling.assign(amina, case.pk, stranger)
    with pytest.raises(Case.DoesNotExist):
        handling.take(stranger, case.pk)
    assert Case.objects.get(pk=case.pk).assignee == colleague


def test_no_one_handles_a_case_in_which_they_are_a_party(open_case, amina, karin, permits):
    amina.person = karin.person
    case = open_case()
    User.objects.filter(pk=karin.pk).update(person=None)
    amina.save(update_fields=["person"])
    assert not Case.objects.filter(access.seen_at_work(amina)).exists()
    assert list(Case.objects.filter(access.visible_to(amina))) == [case]
    with pytest.raises(Case.DoesNotExist):
        handling.take(amina, case.pk)


def test_the_case_page_shows_what_came_in_in_words_and_that_it_was_read(open_case, amina, client):
    case = open_case(answers={"metres": 40, "kind": "self", "children": [{"name": "Elsa"}, {"name": "Ali"}]})
    client.force_login(amina)
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    for words in ("Hur långt kan du gå?", "40 m", "Jag själv", "Barnets namn", "Elsa", "Karin Ek", "Ta ärendet", "Mottagen"):
        assert words in page, words
    assert "Karin" not in page[page.index("<title") : page.index("</title")]
    assert AuditEntry.objects.filter(did="read", what="cases.case", what_id=str(case.pk)).count() == 1


def test_another_unit_does_not_learn_that_a_case_exists(open_case, someone, client):
    other = Organisation.objects.create(name="Annan", kind="committee")
    client.force_login(someone(Role.CASE_WORKER, organisation=other))
    case = open_case()
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404
    assert client.post(reverse("cases:take", args=[case.pk])).status_code == 404
    assert not AuditEntry.objects.filter(did="read").exists()


def test_a_registrar_reads_and_changes_nothing(open_case, committee, someone, client):
    client.force_login(someone(Role.REGISTRAR, organisation=committee))
    case = open_case()
    page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
    assert "Du kan läsa ärendet" in page
    assert client.post(reverse("cases:take", args=[case.pk])).status_code == 403


def test_a_button_that_no_longer_fits_says_so_and_changes_nothing(open_case, amina, client):
    case = open_case()
    client.force_login(amina)
    for status in ("approved", "nowhere", "withdrawn"):
        answer = client.post(reverse("cases:set-status", args=[case.pk]), {"status": status}, follow=True)
        assert "Ärendet har ändrats sedan du öppnade sidan" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).status == "received"
    client.post(reverse("cases:set-status", args=[case.pk]), {"status": "assessing"})
    assert Case.objects.get(pk=case.pk).status == "assessing"


def test_a_note_is_kept_and_one_that_cannot_be_keeps_what_was_typed(open_case, amina, client):
    case = open_case()
    client.force_login(amina)
    address, sent = reverse("cases:note", args=[case.pk]), str(uuid.uuid4())
    for _ in range(2):
        client.post(address, {"text": "Ring läkaren", "due_on": "2026-12-04", "request_id": sent})
    task = Note.objects.get()
    assert (str(task.due_on), task.for_user) == ("2026-12-04", amina)
    client.post(reverse("cases:done", args=[task.pk]))
    assert Note.objects.get().done_at is not None
    wrong = client.post(address, {"text": "Ring igen", "due_on": "2026-02-31"})
    assert wrong.status_code == 422
    assert "Ring igen" in wrong.content.decode()
    assert Note.objects.count() == 1


def test_several_are_taken_at_once_and_given_back(open_case, amina, colleague):
    cases = [open_case() for _ in range(3)]
    handling.take(colleague, cases[0].pk)
    before = many.assign_many(amina, [one.pk for one in cases], amina)
    assert before == {str(cases[0].pk): colleague.pk, str(cases[1].pk): None, str(cases[2].pk): None}
    handling.assign(amina, cases[2].pk, colleague)
    assert many.give_back_many(amina, before, amina.pk) == 2
    assert [Case.objects.get(pk=one.pk).assignee for one in cases] == [colleague, None, colleague]


def test_several_are_moved_on_and_put_back_with_their_deadlines(open_case, amina):
    cases = [open_case() for _ in range(2)]
    assert many.set_status_many(amina, [one.pk for one in cases], "approved") == {}
    before = many.set_status_many(amina, [one.pk for one in cases], "assessing")
    assert set(before.values()) == {"received"}
    assert many.put_status_back(amina, before, "assessing") == 2
    again = Case.objects.get(pk=cases[0].pk)
    assert (again.status, again.due_at) == ("received", cases[0].due_at)


def test_the_inbox_changes_several_and_offers_to_undo(open_case, amina, client):
    client.force_login(amina)
    cases = [open_case() for _ in range(2)]
    chosen = {"case": [str(one.pk) for one in cases], "do": "take", "tillbaka": "vems=nobody"}
    answer = client.post(reverse("cases:many"), chosen)
    assert answer["Location"].endswith("?vems=nobody")
    assert "2 ärenden är ändrade." in client.get(reverse("cases:inbox")).content.decode()
    client.post(reverse("cases:undo"))
    assert not Case.objects.exclude(assignee=None).exists()
    assert "Välj minst ett" in client.post(reverse("cases:many"), {"do": "take"}, follow=True).content.decode()


@pytest.mark.parametrize(
    "words", ["GPN 2026/1", "gpn2026/00001", "00001", "parkering", "parkeringstillstånden", "ansökan tillstånd"]
)
def test_a_case_is_found_by_number_words_and_parts_of_words(open_case, amina, at, words):
    at("2026-11-23T08:00+01:00")
    case = open_case()
    assert numbers(inbox.page(amina, inbox.Filter(words=words))) == [case.number]
    assert numbers(inbox.page(amina, inbox.Filter(words="båtplats"))) == []


def test_a_person_is_found_by_their_whole_personnummer_and_no_address_holds_it(parking, amina, client):
    person = city.register_person(None, given_name="Karin", family_name="Ek", personnummer="195401030423")
    case = actions.register(None, parking, title="Ansökan", parties=[actions.NewParty("applicant", person)])
    actions.register(None, parking, title="En annan")
    client.force_login(amina)
    page = client.post(reverse("cases:search"), {"sok": "540103-0423"})
    assert [row.number for row in page.context["page"].rows] == [case.number]
    assert "0423" not in page.content.decode()
    assert AuditEntry.objects.filter(did="looked_up").count() == 1
    assert client.post(reverse("cases:search"), {"sok": "vägen"})["Location"].endswith("?sok=v%C3%A4gen")
    unknown = client.post(reverse("cases:search"), {"sok": "19121212-1212"}, follow=True)
    assert "Ingen här har det personnumret" in unknown.content.decode()


def test_the_list_says_whom_a_case_is_from(open_case, parking, amina, karin):
    theirs, club = (
        [actions.NewParty("organisation", name="Lindhamns IF"), actions.NewParty("representative", karin.person)],
        "En till",
    )
    for made in ({}, {"parties": theirs, "title": club}, {"parties": [], "title": "Utan avsändare"}):
        open_case(**made)
    rows = inbox.page(amina, inbox.Filter(group="all")).rows
    assert [row.who for row in rows] == ["", "Lindhamns IF", karin.person.shown_to(amina).name]


def test_names_are_not_what_one_searches(open_case, amina, karin):
    open_case()
    assert numbers(inbox.page(amina, inbox.Filter(words="Karin"))) == []


def test_a_room_above_adds_a_panel_to_the_cases_of_its_type(open_case, amina, client, monkeypatch):
    monkeypatch.setattr(panels, "_registered", {})
    panels.register("parking", "cases:assign", "Uppgifter från myndigheter")
    panels.register("another", "cases:decide", "Något annat")
    client.force_login(amina)
    page = client.get(reverse("cases:case", args=[open_case().pk])).content.decode()
    assert "Uppgifter från myndigheter" in page
    assert "Något annat" not in page


def test_a_confidential_case_is_seen_by_its_unit_alone_and_a_party_always(open_case, amina, karin, committee, someone):
    registrar, case = someone(Role.REGISTRAR, organisation=committee), open_case()
    Case.objects.update(confidentiality="OSL 26 kap. 1 §")
    sees = {one: Case.objects.filter(access.visible_to(one), pk=case.pk).exists() for one in (amina, karin, registrar)}
    assert sees == {amina: True, karin: True, registrar: False}


def test_a_case_of_a_protected_person_is_read_without_their_name(open_case, amina, karin, client):
    karin.person.protection = "marking"
    karin.person.save()
    case = open_case()
    client.force_login(amina)
    for address in (reverse("cases:case", args=[case.pk]), reverse("cases:inbox")):
        page = client.get(address).content.decode()
        assert "Karin" not in page
        assert "karin@example.org" not in page
        assert "Skyddad person" in page


def test_registering_does_not_need_a_person(parking):
    assert actions.register(None, parking, title="Fel på lampa").number.endswith("/00001")
