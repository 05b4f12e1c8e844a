"""What people wrote about how easy it was: read by those who own the service, when nobody can be known by it."""

from __future__ import annotations

import pytest

from stadig.city.models import Organisation
from stadig.city.roles import Role
from stadig.eservices import rated, tallies
from stadig.eservices.models import Remark
from stadig.eservices.tasks import erase_remarks

pytestmark = pytest.mark.django_db
URL = "/arbetsplats/synpunkter/street-fault/"
PUBLIC = "/e/street-fault/statistik/"


@pytest.fixture
def henrik(someone, unit):
    """The manager of the unit that the service's cases go to."""
    return someone(Role.MANAGER, organisation=unit)


@pytest.fixture
def written(street_fault, at):
    """``written(people)`` → so many answered in October, and two of them wrote; one wrote in November. It is the 24th of November."""

    def write(people: int = 10) -> None:
        at("2026-10-20T09:00+02:00")
        for number in range(people):
            tallies.count("street-fault", "rated", "web", value=2 + number % 3)
        for value, text in ((4, "Gick fort"), (2, "Kartan var svår")):
            Remark.objects.create(service="street-fault", day="2026-10-20", value=value, text=text)
        at("2026-11-24T09:00+01:00")
        Remark.objects.create(service="street-fault", day="2026-11-23", value=1, text="Helt nyss")

    return write


def test_who_owns_the_service_reads_them_hardest_first_with_month_and_no_day(written, henrik, client):
    written()
    client.force_login(henrik)
    assert URL in client.get(PUBLIC).content.decode()
    page = client.get(URL).content.decode()
    assert page.index("Kartan var svår") < page.index("Gick fort") and "oktober 2026" in page and "20 oktober" not in page


def test_what_was_written_this_month_waits_until_it_has_ended(written, henrik, client, at):
    written()
    client.force_login(henrik)
    page = client.get(URL).content.decode()
    assert "Helt nyss" not in page and "tisdag 1 december" in page
    at("2026-12-01T09:00+01:00")
    assert "Helt nyss" in client.get(URL).content.decode()


def test_few_answers_hide_every_line(written, henrik, client):
    written(9)
    client.force_login(henrik)
    page = client.get(URL).content.decode()
    assert "För få har svarat än" in page and "Gick fort" not in page


def test_nobody_else_reads_them_and_they_are_never_public(written, someone, client, db):
    written()
    elsewhere = Organisation.objects.create(name="Bibliotek", kind="unit")
    assert "Gick fort" not in client.get(PUBLIC).content.decode()
    assert client.get(URL).status_code == 302
    for user, status in (
        (someone(Role.RESIDENT), 403),
        (someone(Role.CASE_WORKER), 403),
        (someone(Role.MANAGER, organisation=elsewhere), 404),
        (someone(Role.ADMINISTRATOR), 200),
    ):
        client.force_login(user)
        assert client.get(URL).status_code == status
        assert (URL in client.get(PUBLIC).content.decode()) is (status == 200)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Ring mig på 070-123 45 67 tack", "Ring mig på […] tack"),
        ("Jag heter inget, 19121212-1212", "Jag heter inget, […]"),
        ("Skriv till berit@example.se!", "Skriv till […]"),
        ("Steg 3 tog 20 minuter i 2026", "Steg 3 tog 20 minuter i 2026"),
    ],
)
def test_a_line_is_stored_without_what_says_who_wrote_it(line, kept):
    assert rated.without_traces(line) == kept


def test_lines_are_erased_after_a_year(written, at):
    written()
    at("2027-10-22T09:00+02:00")
    erase_remarks(0)
    assert list(Remark.objects.values_list("text", flat=True)) == ["Helt nyss"]
