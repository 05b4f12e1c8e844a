"""The gate to the agencies: who may ask about whom, when and for how long a time, and what is said to the others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stadig.assistance import asking, errors, gate
from stadig.assistance.tests.people import CHILD, Town, law, person
from stadig.assistance.tests.stored import connected
from stadig.cases import actions as cases
from stadig.city import clock, personnummer
from stadig.city.models import Person, RoleAssignment, User
from stadig.city.roles import Role
from stadig.city.testing import someone
from stadig.exchange.models import LegalBasis, Lookup, Permit

AUTUMN = (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
ALL = ("FK", "AF")
pytestmark = pytest.mark.django_db


@pytest.fixture
def town(at: Callable[[str], Any], settings: Any, tmp_path: Path) -> Town:
    at("2026-11-24T09:41+01:00")
    law("FK", "AF", "SKV")
    settings.EXCHANGE_FILE = connected(tmp_path, "FK", "AF", "SKV")
    return Town()


def permit(town: Town, *, by: User | None = None, who: Person | None = None, **more: Any) -> Permit:
    said: dict[str, Any] = {"case": town.couple.pk, "period": AUTUMN, "agencies": ALL} | more
    case, period, agencies = said.pop("case"), said.pop("period"), said.pop("agencies")
    return gate.permit(by or town.petra, case, (who or town.yusuf).pk, period, agencies, **said)


def test_who_handles_an_open_case_may_ask_about_the_applicant(town):
    one = permit(town)
    assert (one.case, one.case_number, one.person, one.role, one.by) == (
        town.couple.pk,
        town.couple.number,
        town.yusuf,
        "applicant",
        town.petra,
    )
    assert set(one.laws) == {"FK", "AF"}
    assert one.unit == town.unit


def test_the_co_applicant_is_asked_about_on_a_permit_of_their_own(town):
    assert permit(town, who=town.samira).role == "co_applicant"


def test_an_applicant_under_eighteen_is_asked_about_as_a_child(town):
    child = person(CHILD, "Nora")
    case = town.apply(("applicant", child))
    assert permit(town, case=case.pk, who=child).role == "child"


def test_nobody_asks_in_a_case_of_another_kind(town):
    other = town.apply(("applicant", town.yusuf), type=town.define("parking-permit"))
    with pytest.raises(errors.WrongType):
        permit(town, case=other.pk)


def test_nobody_asks_in_a_closed_case(town):
    cases.set_status(town.petra, town.couple.pk, "assessing")
    cases.set_status(town.petra, town.couple.pk, "granted")
    with pytest.raises(errors.CaseClosed) as refused:
        permit(town)
    assert "nya ärendet" in str(refused.value)


def test_nobody_asks_in_a_case_that_is_not_there(town):
    with pytest.raises(errors.NoSuchCase):
        permit(town, case=town.couple.pk + 1000)


def test_a_case_worker_of_another_unit_may_not_ask(town):
    with pytest.raises(errors.AnotherUnits):
        permit(town, by=town.amina)


def test_someone_without_the_right_may_not_ask(town):
    for role in (Role.CONTACT_CENTRE, Role.REGISTRAR, Role.AUDITOR, Role.ADMINISTRATOR):
        with pytest.raises(errors.MayNotAsk):
            permit(town, by=town.colleague(role))


def test_who_is_a_party_may_not_ask_even_as_a_case_worker(town):
    own = someone(Role.CASE_WORKER, organisation=town.unit, person=town.samira)
    with pytest.raises(errors.OwnCase) as refused:
        permit(town, by=own)
    assert "kollega" in str(refused.value)


def test_nobody_asks_about_someone_whom_the_case_does_not_name(town):
    with pytest.raises(errors.NotInTheCase):
        permit(town, who=person(CHILD, "Nora"))


def test_a_representative_is_not_asked_about(town):
    helper = person(CHILD, "Ombud")
    case = town.apply(("applicant", town.yusuf), ("representative", helper))
    with pytest.raises(errors.NotInTheCase):
        permit(town, case=case.pk, who=helper)


def test_someone_without_a_personnummer_cannot_be_asked_about(town):
    nameless = Person.objects.create(given_name="Ny", family_name="Anländ")
    case = town.apply(("applicant", nameless))
    with pytest.raises(errors.NoNumber) as refused:
        permit(town, case=case.pk, who=nameless)
    assert "underlagen" in str(refused.value)


def test_an_agency_without_law_is_left_out_with_its_reason_and_the_others_are_asked(town):
    one = permit(town, agencies=("FK", "TNS"))
    assert set(one.laws) == {"FK"}
    assert one.refused == {"TNS": "no_law"}


def test_when_no_agency_may_answer_nothing_is_asked(town):
    with pytest.raises(errors.NoneMayBeAsked) as refused:
        permit(town, agencies=("TNS", "MIV"))
    assert "lagstöd" in str(refused.value)


def test_a_law_that_has_ended_gives_no_right(town):
    LegalBasis.objects.filter(agency="FK").update(valid_to=dt.date(2026, 11, 23))
    assert permit(town).refused == {"FK": "no_law"}


def test_a_law_that_no_second_person_has_confirmed_gives_no_right(town):
    LegalBasis.objects.filter(agency="FK").update(confirmed_at=None)
    assert permit(town).refused == {"FK": "no_law"}


def test_a_period_longer_than_every_agency_allows_is_refused_with_advice(town):
    LegalBasis.objects.update(longest_days=31)
    with pytest.raises(errors.NoneMayBeAsked) as refused:
        permit(town)
    assert "kortare" in str(refused.value)


def test_a_period_that_ends_before_it_begins_is_refused(town):
    with pytest.raises(errors.WrongPeriod):
        permit(town, period=(AUTUMN[1], AUTUMN[0]))


def test_at_least_one_agency_must_be_chosen(town):
    with pytest.raises(errors.NothingChosen):
        permit(town, agencies=())


def test_the_same_question_within_the_hour_leads_to_the_stored_answer(town):
    asked = asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ALL)
    with pytest.raises(errors.AlreadyAsked) as refused:
        asking.ask(town.colleague(Role.CASE_WORKER), town.couple.pk, town.yusuf.pk, AUTUMN, ("FK",))
    assert refused.value.lookup == asked.pk
    assert refused.value.minutes == 60
    assert "09.41" in str(refused.value)
    assert Permit.objects.count() == 1


def test_another_person_is_another_question_and_more_agencies_are_asked_without_those_that_have_been(town):
    asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ("FK",))
    assert asking.ask(town.petra, town.couple.pk, town.samira.pk, AUTUMN, ("FK",))
    more = asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ("FK", "SKV"))
    assert [call.agencies for call in more.calls.all()] == [["SKV"]]


def test_moving_the_period_a_day_does_not_pass_the_hour(town):
    asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ("FK",))
    for period in ((dt.date(2026, 10, 2), AUTUMN[1]), (AUTUMN[0], AUTUMN[0])):
        with pytest.raises(errors.AlreadyAsked):
            asking.ask(town.petra, town.couple.pk, town.yusuf.pk, period, ("FK",))


def test_days_that_were_not_asked_about_may_be_asked_about_within_the_hour(town):
    asking.ask(town.petra, town.couple.pk, town.yusuf.pk, (dt.date(2026, 10, 1), dt.date(2026, 10, 31)), ("FK",))
    assert asking.ask(town.petra, town.couple.pk, town.yusuf.pk, (dt.date(2026, 11, 1), dt.date(2026, 11, 30)), ("FK",))


@pytest.mark.parametrize("period", [(dt.date(2028, 10, 1), dt.date(2028, 12, 31)), (dt.date(1900, 1, 1), dt.date(1900, 12, 31)),
                                    (dt.date(2026, 9, 30), AUTUMN[1]), (AUTUMN[0], dt.date(2027, 1, 1))])  # fmt: skip
def test_no_day_is_asked_about_that_the_application_is_not_judged_by(town, period):
    with pytest.raises(errors.OutsideThePeriod) as refused:
        permit(town, period=period)
    assert "1 oktober till 31 december" in str(refused.value)


def test_a_code_that_is_no_agency_is_refused(town):
    for code in ("XYZ", "FK'\"><img src=x>", "fk"):
        with pytest.raises(errors.UnknownAgency):
            permit(town, agencies=("FK", code))


def test_a_case_is_not_asked_in_without_end(town, monkeypatch):
    monkeypatch.setattr(gate, "MOST_AN_HOUR", 3)
    for day in range(1, 4):
        one = dt.date(2026, 11, day)
        asking.ask(town.petra, town.couple.pk, town.yusuf.pk, (one, one), ("FK",))
    with pytest.raises(errors.TooMany):
        asking.ask(town.petra, town.couple.pk, town.samira.pk, AUTUMN, ("FK",))


def test_after_an_hour_of_real_time_the_same_may_be_asked_again(town):
    asked = asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ALL)
    Lookup.objects.filter(pk=asked.pk).update(begun_at=clock.real_now() - dt.timedelta(minutes=61))
    assert permit(town)


def test_the_hour_counts_real_time_and_not_the_towns(town, at):
    asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ALL)
    at("2026-11-24T13:00+01:00")
    with pytest.raises(errors.AlreadyAsked):
        permit(town)


def test_a_protected_person_is_asked_about_by_those_who_may_see_them_and_never_in_advance(town):
    guarded = person(CHILD, "Skyddad", protection="marking")
    case = town.apply(("applicant", guarded))
    assert permit(town, case=case.pk, who=guarded)
    manager = town.colleague(Role.MANAGER)
    with pytest.raises(errors.ProtectedPerson) as refused:
        permit(town, by=manager, case=case.pk, who=guarded)
    assert "kollega" in str(refused.value)
    for way in ({"prefetch": True}, {"again": True}):
        with pytest.raises(errors.NotInAdvance):
            gate.permit(None, case.pk, guarded.pk, AUTUMN, ALL, **way)


def test_stadig_itself_renews_a_question_only_while_the_case_is_open(town):
    asked = asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ALL)
    renewed = asking.renew(asked, ("FK",))
    assert renewed is not None
    assert (renewed.by, set(renewed.laws)) == (None, {"FK"})
    cases.set_status(town.petra, town.couple.pk, "assessing")
    cases.set_status(town.petra, town.couple.pk, "granted")
    assert asking.renew(asked, ("FK",)) is None


def test_a_paused_service_asks_no_one(town):
    from stadig.assistance.terms import SERVICE
    from stadig.city import services
    from stadig.city.models import Service

    services.sync()
    Service.objects.filter(slug=SERVICE).update(paused=True, operating_message="Vi byter certifikat.")
    with pytest.raises(errors.NotHere) as refused:
        asking.ask(town.petra, town.couple.pk, town.yusuf.pk, AUTUMN, ALL)
    assert "Ring" in str(refused.value)


def test_a_refusal_leaves_nothing_behind(town):
    with pytest.raises(errors.NotInTheCase):
        asking.ask(town.petra, town.couple.pk, person(CHILD, "Nora").pk, AUTUMN, ALL)
    assert not Permit.objects.exists()
    assert not Lookup.objects.exists()


def test_the_whole_personnummer_is_shown_to_who_handles_the_case_and_that_is_logged(town):
    from stadig.city.models import AuditEntry

    shown = asking.show_number(town.petra, town.couple.pk, town.yusuf.pk)
    assert personnummer.parse(shown, today=clock.today()).born == dt.date(1991, 1, 6)
    assert AuditEntry.objects.filter(did="showed a personnummer").count() == 1
    with pytest.raises(errors.NoSuchCase):
        asking.show_number(town.amina, town.couple.pk, town.yusuf.pk)


def test_who_has_lost_the_role_since_may_not_ask(town):
    RoleAssignment.objects.filter(user=town.petra).delete()
    town.petra = User.objects.get(pk=town.petra.pk)
    with pytest.raises(errors.MayNotAsk):
        permit(town)
