"""A person who asks to be forgotten, and a case whose time has ended: no byte is left, in any table or any file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from stadig.cases import access, deciding, destroying, handling, letters, writing
from stadig.cases.models import Case, Channel, DestroyedCase, Series
from stadig.city import actions as city
from stadig.city import audit, audit_chain, clock, erasure
from stadig.city.models import Person, User
from stadig.city.personnummer import luhn
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.eservices import actions, drafts, published
from stadig.eservices.models import Draft, DraftFile, HandOver, Signature, Submission
from stadig.files import actions as files
from stadig.files.models import StoredFile
from stadig.post import letters as queue
from stadig.post.models import ContactChoice, Letter, Message

pytestmark = pytest.mark.django_db
NINE = "461130240"
NUMBER = f"19{NINE}{luhn(NINE)}"
WORDS = ("Vendelina", "Quistgaard", "Fyrvaktargr", "vq@example.se", NUMBER, NUMBER[2:], "rabarberpaj", "0340-998877")


@pytest.fixture(autouse=True)
def own_files(tmp_path, settings):
    """Files of this test alone, so that what is left can be read to the last byte."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }
    return tmp_path


@pytest.fixture
def vendelina(db) -> User:
    person = city.register_person(
        None, given_name="Vendelina", family_name="Quistgaard", personnummer=NUMBER, address="Fyrvaktargränd 77",
        postcode="432 80", place="Lindhamn", email="vq@example.se", phone="0340-998877",
    )  # fmt: skip
    ContactChoice.objects.create(person=person, channels=["letter"], chosen_at=clock.now())
    return User.objects.create_user(
        "eid-vq", email="vq@example.se", person=person, first_name="Vendelina", last_name="Quistgaard"
    )


@pytest.fixture
def amina(db, someone, installed) -> User:
    unit = installed("parking-permit").current.case_type.unit
    return someone(Role.CASE_WORKER, organisation=unit, first_name="Amina")


def a_file(by: User) -> StoredFile:
    """A certificate: bytes that bear the name."""
    return files.keep(b"%PDF-1.4 Vendelina Quistgaard rabarberpaj", by, purpose="eservices-draft", name="intyg.pdf")


def applied(service, by: User) -> Case:
    """She applies, with a certificate and a photo."""
    scenario = next(
        one for one in published.of(service.current).scenarios if one.answers.get("for_whom") == "me" and not one.errors
    )
    sent = [a_file(by), a_file(by), a_file(by)]
    answers = dict(scenario.answers) | {
        "certificate": [str(sent[0].pk)],
        "photo": [str(sent[1].pk)],
        "ordinary_day": "Bakar rabarberpaj",
    }
    now = clock.now()
    draft = Draft.objects.create(
        version=service.current, person=by.person, answers=drafts.sealed(answers), started_at=now, saved_at=now, erase_at=now
    )
    DraftFile.objects.bulk_create(DraftFile(draft=draft, path="certificate", file=file) for file in sent)
    case = actions.submit(by, draft.pk).case
    files.erase(sent[2])
    return case


def handled(case: Case, by: User, amina: User) -> None:
    """All that can be said in a case: messages, a note, a letter, a disclosure, a decision that goes by post."""
    attached = files.keep(b"%PDF-1.4 Vendelina", by, purpose=access.FILES, name="intyg.pdf")
    writing.write(by, case.pk, "Jag bakar rabarberpaj. Vendelina Quistgaard", files=[attached])
    handling.take(amina, case.pk)
    handling.note(amina, case.pk, "Vendelina ringde 0340-998877")
    writing.write(amina, case.pk, "Hej Vendelina Quistgaard!")
    letters.write(amina, case.pk, title="Om din ansökan", text="Hej Vendelina Quistgaard!")
    audit.record(amina, "revealed", case, reason="Vendelina Quistgaard har ringt")
    deciding.decide(amina, case.pk, "refused", "Vendelina Quistgaard kan gå längre än hundra meter utan att vila.")
    letters.send_decision(case.decisions.get().pk)


def bytes_left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_person_in_a_kept_case_loses_the_account_and_the_record_keeps_the_name(installed, vendelina, amina, own_files, at):
    at("2026-11-24T09:00+01:00")
    service = installed("parking-permit")
    case = applied(service, vendelina)
    handled(case, vendelina, amina)
    unused = files.keep(b"%PDF-1.4 Vendelina unused", vendelina, purpose=access.FILES, name="oanvand.pdf")
    Draft.objects.create(
        version=service.current, person=vendelina.person, answers=drafts.sealed({"ordinary_day": "rabarberpaj"}),
        started_at=clock.now(), saved_at=clock.now(), erase_at=clock.now(),
    )  # fmt: skip
    letters.write(amina, case.pk, title="Ett till", text="Hej Vendelina Quistgaard!")
    queue.mark_printed(amina, [queue.waiting().filter(person=vendelina.person).first().pk])
    waiting = queue.waiting().count()

    assert erasure.destroy_person(None, vendelina.person.pk) is False
    assert not User.objects.filter(username="eid-vq").exists()
    assert not ContactChoice.objects.exists()
    assert not Draft.objects.exists()
    assert not StoredFile.objects.filter(pk=unused.pk).exists()
    assert traces("vq@example.se", "0340-998877") == ["cases_note"]
    assert not Message.objects.filter(person=vendelina.person).exclude(body="", subject="").exists()
    assert not Letter.objects.exclude(printed_at=None).exists()
    assert queue.waiting().count() == waiting >= 1, "a letter in the case that waits to be printed still goes"

    case.refresh_from_db()
    person = case.parties.get().person
    assert str(person.shown_to(amina)) == "Vendelina Quistgaard"
    assert person.erased_at is not None
    assert case.documents.count() >= 3
    assert not StoredFile.objects.filter(stored_by__username="eid-vq").exists()
    assert audit_chain.verify().whole


def test_when_its_time_has_ended_a_case_goes_to_the_last_byte_and_the_person_with_it(installed, vendelina, amina, own_files, at):
    at("2026-11-24T09:00+01:00")
    case = applied(installed("parking-permit"), vendelina)
    handled(case, vendelina, amina)
    sealed, hashed = bytes(vendelina.person.personnummer_sealed).decode(), vendelina.person.personnummer_hash
    number, files_before = case.number, len(bytes_left(own_files))
    assert files_before >= 4
    erasure.destroy_person(None, vendelina.person.pk)
    with pytest.raises(destroying.MustBeKept, match="2028-11-25"):
        destroying.destroy(None, case.pk)

    at("2028-11-25T09:00+01:00")
    assert [one.number for one in destroying.due()] == [number]
    gone = destroying.destroy(None, case.pk)
    assert (gone.number, gone.rule) == (number, "gallras 2 år efter att tillståndet har slutat gälla")
    assert gone.documents >= 3
    assert traces(*WORDS, sealed, hashed) == []
    assert bytes_left(own_files) == []
    assert not Person.objects.filter(family_name="Quistgaard").exists()
    assert not (Case.objects.exists() or Submission.objects.exists() or Letter.objects.exists() or HandOver.objects.exists())
    assert audit_chain.verify().whole
    assert Series.objects.get().last == gone.sequence, "the number is not given again"


def test_one_who_still_has_an_account_keeps_it_when_a_case_is_destroyed(installed, vendelina, amina, at):
    at("2026-11-24T09:00+01:00")
    case = applied(installed("parking-permit"), vendelina)
    handled(case, vendelina, amina)
    at("2029-11-24T09:00+01:00")
    destroying.destroy(None, case.pk)
    assert User.objects.filter(username="eid-vq").exists()
    assert traces("rabarberpaj") == []


def test_what_someone_reported_is_gone_from_the_work_it_became_too(drafted, deliver, own_files, at):
    from stadig.work import actions as work
    from stadig.work.models import WorkOrder

    at("2026-11-24T09:00+01:00")
    case = actions.submit(None, drafted().pk).case
    deliver()
    order = WorkOrder.objects.get(source_id=case.pk)
    work.close_order(None, order.pk, outcome="Berit visade oss lampan")
    deliver()
    at("2027-11-25T09:00+01:00")
    destroying.destroy(None, case.pk)
    assert traces("berit@example.se", "Storgatan 12", "Berit visade") == []
    assert WorkOrder.objects.filter(pk=order.pk, state="done").exists()


def test_a_co_signer_stands_in_the_record_without_the_address_they_were_asked_by(installed, vendelina, someone, at):
    at("2026-11-24T09:00+01:00")
    service = installed("preschool-place")
    other = someone(Role.RESIDENT, first_name="Yusuf")
    case = Case.objects.create(
        type=service.current.case_type, series=Series.objects.create(committee=service.current.case_type.committee, code="BUN", year=2026, last=1),
        sequence=1, number="BUN 2026/00001", title="Förskoleplats", status="placed", group="closed",
        committee=service.current.case_type.committee, unit=service.current.case_type.unit, channel=Channel.WEB,
        registered_at=clock.now(), status_since=clock.now(), closed_at=clock.now(),
    )  # fmt: skip
    submission = Submission.objects.create(
        id="00000000-0000-4000-8000-0000000000aa", version=service.current, case=case, channel="web", language="sv", digest="d",
        submitted_at=clock.now(),
    )  # fmt: skip
    Signature.objects.create(
        submission=submission, role="guardian", name="Yusuf Ali", email="y@example.se", code_hash="c", state="signed", digest="d",
        person=other.person, asked_at=clock.now(), answered_at=clock.now(),
    )  # fmt: skip
    assert erasure.destroy_person(None, other.person.pk) is False
    assert traces("y@example.se") == []
    assert Signature.objects.get().name == "Yusuf Ali"
    with pytest.raises(destroying.MustBeKept, match="vilken dag"):
        destroying.destroy(None, case.pk)
    at("2031-01-01T09:00+01:00")
    destroying.destroy(None, case.pk, told=dt.date(2028, 6, 15))
    assert traces("Yusuf Ali") == []
    assert not Person.objects.filter(pk=other.person.pk).exists()


def test_an_open_case_and_one_that_is_kept_for_good_are_never_destroyed(installed, drafted, at):
    at("2026-11-24T09:00+01:00")
    case = actions.submit(None, drafted().pk).case
    at("2040-11-24T09:00+01:00")
    with pytest.raises(destroying.MustBeKept, match="pågår"):
        destroying.destroy(None, case.pk)
    Case.objects.filter(pk=case.pk).update(group="closed", status="mended", closed_at=clock.now())
    definition = case.type.definition | {"keep": "bevaras"}
    type(case.type).objects.filter(pk=case.type.pk).update(definition=definition, digest="another")
    with pytest.raises(destroying.MustBeKept, match="bevaras"):
        destroying.destroy(None, case.pk)


def test_a_registrar_destroys_in_their_own_committee_alone(drafted, someone, at):
    at("2026-11-24T09:00+01:00")
    case = actions.submit(None, drafted().pk).case
    Case.objects.update(group="closed", status="mended", closed_at=clock.now())
    at("2028-11-24T09:00+01:00")
    for stranger in (someone(Role.CASE_WORKER, organisation=case.committee), someone(Role.REGISTRAR, organisation=case.unit)):
        with pytest.raises(Case.DoesNotExist):
            destroying.destroy(stranger, case.pk)
    lars = someone(Role.REGISTRAR, organisation=case.committee)
    assert destroying.destroy(lars, case.pk).by == lars
    assert DestroyedCase.objects.get().number == case.number


def test_one_who_works_here_keeps_the_account_of_the_work(someone):
    clerk = someone(Role.CASE_WORKER, Role.RESIDENT, first_name="Amina")
    clerk.is_staff = True
    clerk.save()
    assert erasure.destroy_person(None, clerk.person.pk)
    clerk.refresh_from_db()
    assert clerk.person_id is None
