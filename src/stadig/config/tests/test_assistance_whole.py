"""The demo town's two open applications through the whole stack: the stand-in answers real questions, and the proposal is the one by hand.

By hand, from the riksnorm of 2026 (SFS 2025:1046): Yusuf 3 940 + 1 280 for one person, and 7 150 for his home, less 1 900 + 4 212 that
Försäkringskassan paid and 6 208 that he says he earned: 50. The couple 7 100, a child of one year half the month 1 530, one of seven to ten
3 820, three persons and half a fourth 1 910, and 8 720 for their home, less 2 650, 4 180 and 9 800: 6 450.
"""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from stadig.assistance import asking, calculation, entries, first, gathering, periods
from stadig.assistance.models import Norm, Rules
from stadig.cases.models import Case, Group
from stadig.city.models import User
from stadig.config.agencies.testing import running as a_stand_in
from stadig.config.demo_lookups import AGENCIES
from stadig.exchange import running
from stadig.exchange.models import Lookup

pytestmark = pytest.mark.slow
TOWN = dt.date(2026, 11, 24)
MONTH = dt.date(2026, 12, 1)


@pytest.fixture(scope="module")
def agencies(tmp_path_factory):
    """The town's agencies, calm."""
    with a_stand_in(tmp_path_factory.mktemp("agencies"), present=TOWN.isoformat()) as found:
        yield found


@pytest.fixture
def petra(demo_town, agencies, settings):
    """The case worker, in a town that asks the stand-in."""
    first.write(Norm, Rules)  # a test that commits empties every table after itself
    agencies.calm()
    settings.EXCHANGE_FILE = agencies.exchange_file
    yield User.objects.get(username="petra")
    running.stop()


def open_case(username):
    person = User.objects.get(username=username).person
    return Case.objects.get(parties__person=person, type__slug="financial-assistance", group=Group.OPEN), person


def finished(lookup):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        lookup.refresh_from_db()
        if lookup.finished_at:
            return lookup
        time.sleep(0.02)
    raise AssertionError("the lookup was not answered")


def ask_about_yusuf(petra):
    case, person = open_case("yusuf")
    return case, person, finished(asking.ask(petra, case.pk, person.pk, periods.asked(MONTH), AGENCIES))


def proposed(case):
    return calculation.proposed(gathering.gather(case.pk).task)


def wages(proposal):
    return [row for row in proposal.rows if "wage" in row.key or row.about == "wage"]


def test_yusuf_is_granted_at_most_fifty_kronor_until_his_pay_for_november_is_known(petra):
    case, _person, _lookup = ask_about_yusuf(petra)
    made = proposed(case)
    assert made.month == MONTH
    assert made.total == Decimal(50)
    assert not made.complete


def test_the_couple_with_two_children_is_granted_what_the_norm_and_their_home_cost_less_what_they_have(petra):
    case, _samira = open_case("samira")
    assert Lookup.objects.filter(case=case.pk, kind=Lookup.Kind.PERSON).count() == 2
    made = proposed(case)
    norm = sum(row.counts for row in made.rows if row.kind == "norm")
    assert norm == Decimal(7100 + 1530 + 3820 + 1910)
    assert made.total == Decimal(6450)


def test_settling_a_gap_with_what_was_declared_leaves_the_total_as_it_was(petra):
    case, _person, _lookup = ask_about_yusuf(petra)
    before = proposed(case)
    gap = next(row for row in before.rows if row.key in before.missing and row in wages(before))
    entries.settle(petra, case.pk, MONTH, gap.key, amount=Decimal(6208), why="Lönespecifikation för november")
    assert proposed(case).total == before.total


def test_asking_one_other_agency_again_changes_no_months_knowledge(petra, agencies, at):
    agencies.turn(SO={"bt_error": 1})
    case, person, lookup = ask_about_yusuf(petra)
    before = wages(proposed(case))
    agencies.calm()
    at("2026-12-14T10:00+01:00")  # when November's pay has had to be reported
    again = finished(asking.ask_again(petra, case.pk, person.pk, lookup.pk, ["SO"]))
    assert set(again.blocks.values_list("agency", flat=True)) == {"SO"}
    assert [(row.key, row.counts, row.missing, row.cells) for row in wages(proposed(case))] == [
        (row.key, row.counts, row.missing, row.cells) for row in before
    ]


def test_what_the_agency_stated_stands_on_the_page(petra):
    case, person, _lookup = ask_about_yusuf(petra)
    client = Client()
    client.force_login(petra, backend="stadig.city.login.PasswordBackend")
    page = (
        client.get(reverse("assistance:person", args=[case.pk, person.pk]))
        .content.decode()
        .replace("\xa0", " ")
        .replace("&nbsp;", " ")
    )
    assert "1 900 kr" in page
    assert "4 212 kr" in page
    assert "6 208 kr" in page
