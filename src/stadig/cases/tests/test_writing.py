"""What is said in a case: messages both ways, what we ask for and get, taking it back, and asking for a decision."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError

from stadig.cases import actions, casefile, casefile_sql, completing, deciding, handling, writing
from stadig.cases.models import Case, Clock, Completion, Event, Message
from stadig.city.models import AuditEntry
from stadig.city.roles import Role
from stadig.files import actions as files
from stadig.post.models import Message as Mail
from stadig.post.models import Notice

pytestmark = pytest.mark.django_db
SOON = dt.date(2026, 12, 4)


@pytest.fixture
def case(open_case, amina, at) -> Case:
    """Karin's case, which Amina has begun."""
    at("2026-11-23T08:00+01:00")
    return handling.take(amina, open_case().pk)


def test_each_side_writes_to_the_other_and_the_other_is_told(case, amina, karin):
    sent = uuid.uuid4()
    for _ in range(2):
        writing.write(amina, case.pk, "Intyget slutar efter sidan 1.", request_id=sent)
    writing.write(karin, case.pk, "Jag skickar sidan 2.")
    assert list(Message.objects.values_list("from_party", flat=True)) == [False, True]
    mail = Mail.objects.get()
    assert (mail.contact, case.number in mail.subject) == ({"email": "karin@example.org"}, True)
    assert "Intyget" not in mail.body
    assert "Karin" not in mail.subject + mail.body
    assert Notice.objects.get(user=amina).text == f"Den sökande har skrivit: {case.number}"


def test_a_stranger_writes_nothing_and_an_empty_message_is_none(case, karin, someone):
    with pytest.raises(Case.DoesNotExist):
        writing.write(someone(Role.RESIDENT), case.pk, "Hej")
    with pytest.raises(ValidationError):
        writing.write(karin, case.pk, "  ")


def test_no_one_attaches_another_ones_file(case, amina, karin):
    theirs = files.keep(b"%PDF", karin, purpose="cases.document", name="a.pdf")
    with pytest.raises(ValidationError):
        writing.write(amina, case.pk, "Se bilagan", [theirs])
    assert writing.write(karin, case.pk, "", [theirs]).files.get() == theirs


def test_what_one_reads_is_marked_as_read_for_that_side_alone(case, amina, karin):
    writing.write(amina, case.pk, "Hej")
    writing.write(karin, case.pk, "Hej hej")
    assert writing.seen(karin, case.pk) == 1
    assert list(Message.objects.values_list("from_party", "read_at")) == [(False, Message.objects.first().read_at), (True, None)]


def test_a_completion_opens_the_named_answers_and_no_others(case, amina, karin, at):
    writing.ask_completion(amina, case.pk, ["certificate"], "Vi saknar sidan 2.", SOON)
    case.refresh_from_db()
    assert (case.status, case.due_at) == ("waiting", None)
    with pytest.raises(writing.AlreadyAsked):
        writing.ask_completion(amina, case.pk, ["metres"], "Och mer.", SOON)
    for wrong in ({"metres": 10}, {"certificate": ["x"], "metres": 10}, {}):
        with pytest.raises(writing.NotOpen):
            writing.complete(karin, case.pk, wrong)
    at("2026-11-30T08:00+01:00")
    writing.complete(karin, case.pk, {"certificate": ["3b"]})
    case.refresh_from_db()
    assert case.status == "assessing"
    assert case.due_at.isoformat().startswith("2027-01-11")
    assert writing.came_in(case) == {"metres": 40, "kind": "self", "certificate": ["3b"]}
    with pytest.raises(writing.NothingAsked):
        writing.complete(karin, case.pk, {"certificate": ["3b"]})
    assert Notice.objects.filter(user=amina).count() == 1


@pytest.mark.parametrize(
    ("paths", "text", "due"),
    [([], "Mer", SOON), (["nowhere"], "Mer", SOON), (["metres"], " ", SOON), (["metres"], "Mer", dt.date(2026, 11, 23))],
)
def test_a_question_to_the_applicant_is_whole_or_not_sent(case, amina, paths, text, due):
    with pytest.raises(ValidationError):
        writing.ask_completion(amina, case.pk, paths, text, due)
    assert not Completion.objects.exists()


def test_the_room_that_asked_says_whether_the_answer_is_right(case, amina, karin, monkeypatch):
    monkeypatch.setattr(completing, "_checks", [])
    seen = []

    def check(case_type, answers, paths):
        seen.append((case_type.slug, dict(answers), list(paths)))
        return [completing.Fault("metres", "Skriv hur många meter.")] if answers["metres"] < 0 else []

    completing.register(check)
    writing.ask_completion(amina, case.pk, ["metres"], "Stämmer det?", SOON)
    with pytest.raises(writing.NotValid) as refused:
        writing.complete(karin, case.pk, {"metres": -1})
    assert refused.value.faults[0].path == "metres"
    writing.complete(karin, case.pk, {"metres": 30})
    assert seen[-1] == ("parking", {"metres": 30, "kind": "self"}, ["metres"])


def test_a_row_of_a_repeated_group_is_completed_in_its_place(open_case, amina, karin, at):
    at("2026-11-23T08:00+01:00")
    case = open_case(answers={"children": [{"name": "Elsa"}, {"name": ""}]})
    writing.ask_completion(amina, case.pk, ["children[1].name"], "Vad heter barnet?", SOON)
    writing.complete(karin, case.pk, {"children[1].name": "Ali"})
    assert writing.came_in(case)["children"] == [{"name": "Elsa"}, {"name": "Ali"}]


def test_a_question_that_is_taken_back_lets_the_clocks_run_again(case, amina):
    writing.ask_completion(amina, case.pk, ["metres"], "Stämmer det?", SOON)
    writing.take_back_completion(amina, case.pk)
    case.refresh_from_db()
    assert (case.status, case.due_at is not None) == ("assessing", True)


def test_the_applicant_takes_it_back_and_no_one_else_does(case, amina, karin):
    with pytest.raises(Case.DoesNotExist):
        writing.withdraw(amina, case.pk)
    writing.withdraw(karin, case.pk)
    case.refresh_from_db()
    assert (case.status, case.group) == ("withdrawn", "closed")
    with pytest.raises(writing.CannotWithdraw):
        writing.withdraw(karin, case.pk)


def test_after_six_months_a_party_may_once_ask_that_the_case_be_decided(case, amina, karin, at):
    at("2027-05-22T08:00+02:00")
    with pytest.raises(writing.TooEarly) as early:
        writing.ask_for_decision(karin, case.pk)
    assert early.value.day == dt.date(2027, 5, 23)
    at("2027-05-24T08:00+02:00")
    writing.ask_completion(amina, case.pk, ["metres"], "Stämmer det?", dt.date(2027, 6, 4))
    writing.ask_for_decision(karin, case.pk)
    clock = Clock.objects.get(case=case, name="decision-asked")
    assert clock.due_at.isoformat().startswith("2027-06-21T21:59:59")
    with pytest.raises(writing.AlreadyAsked):
        writing.ask_for_decision(karin, case.pk)
    writing.complete(karin, case.pk, {"metres": 30})
    clock.refresh_from_db()
    assert (clock.paused_at, clock.due_at.isoformat()[:10]) == (None, "2027-06-21")
    decision = deciding.decide(amina, case.pk, "decision-asked", "Vi väntar på läkarens svar, som kommer nästa vecka.")
    clock.refresh_from_db()
    case.refresh_from_db()
    assert clock.met_at is not None
    assert (case.status, decision.outcome, decision.statute[:4]) == ("assessing", "refused", "12 §")


def test_everything_said_stands_in_the_case_and_the_log_knows_who(case, amina, karin):
    writing.write(amina, case.pk, "Hej")
    writing.ask_completion(amina, case.pk, ["metres"], "Stämmer det?", SOON)
    writing.complete(karin, case.pk, {"metres": 30})
    kinds = list(Event.objects.filter(case=case).values_list("kind", flat=True))
    assert kinds == ["registered", "assigned", "status", "message", "completion_asked", "status", "completed", "status"]
    assert set(AuditEntry.objects.values_list("did", flat=True)) >= {"wrote", "asked to complete", "completed"}
    file = casefile.read(amina, casefile.find(amina, case.pk), casefile_sql.contents(case.pk))
    assert [answer.value for section in file.sections for answer in section.answers] == ["30 m", "Jag själv"]


def test_what_no_one_applied_for_has_no_one_to_tell(parking, amina):
    case = actions.register(None, parking, title="Anonymt", answers={"metres": 1})
    writing.write(amina, case.pk, "Tack")
    assert not Mail.objects.exists()
