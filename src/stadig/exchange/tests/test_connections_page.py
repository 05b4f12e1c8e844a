"""The page where those who look after it see how agencies are connected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client

from stadig.city import clock
from stadig.city.models import AuditEntry, User
from stadig.city.roles import Role
from stadig.exchange import actions, choosing
from stadig.exchange.models import AgencyChoice, Breaker
from stadig.exchange.tests.agencies import Agencies

PAGE = "/myndigheter/"


@pytest.fixture
def ove(someone: Callable[..., User], client: Client) -> User:
    user = someone(Role.ADMINISTRATOR)
    client.force_login(user)
    return user


def _certificate(folder: Path, days: int) -> str:
    """The lines that name a certificate of our own, with so many days left."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lindhamn")])
    now = clock.real_now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - dt.timedelta(days=400)).not_valid_after(now + dt.timedelta(days=days)).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "own.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "own.key").write_bytes(key.private_bytes(*plain))
    (folder / "own.key").chmod(0o600)
    return 'certificate = "own.pem"\nkey = "own.key"'


@pytest.mark.django_db
def test_without_connections_the_page_says_what_happens_meanwhile(ove: User, client: Client, settings: Any) -> None:
    settings.EXCHANGE_FILE = None
    shown = client.get(PAGE).content.decode()
    assert "Inga myndigheter är anslutna." in shown
    assert "per telefon" in shown


@pytest.mark.django_db
def test_a_faulty_file_is_told_with_its_field(ove: User, client: Client, settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "exchange.toml"
    path.write_text('[asker]\norganisation_number = "1"\nname = "x"\n')
    settings.EXCHANGE_FILE = path
    assert "organisation_number" in client.get(PAGE).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "said"), [(-3, "går inte att använda: certifikatet"), (12, "Certifikatet för test går ut"), (200, "giltigt till")]
)
def test_a_certificate_is_told_of_before_it_is_too_late(
    ove: User, client: Client, written: Any, tmp_path: Path, *, days: int, said: str
) -> None:
    written(Agencies("https://agencies.example.se"), extra=_certificate(tmp_path, days))
    shown = client.get(PAGE).content.decode()
    assert said in shown
    assert ("aldrig att inkomster saknas" in shown) is (days < 0)
    assert "agencies.example.se" in shown


@pytest.mark.django_db
def test_an_open_breaker_says_since_when_and_when_it_is_tried(ove: User, client: Client, written: Any) -> None:
    written(Agencies("https://agencies.example.se"))
    at = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
    Breaker.objects.create(connection="test", agency="AF", state="open", since=at, try_at=at + dt.timedelta(minutes=30))
    with clock.frozen(at + dt.timedelta(minutes=10)):
        shown = client.get(PAGE).content.decode()
    assert "Frågas inte just nu" in shown
    assert "sedan i dag 09.00" in shown
    assert "prövas i dag 09.30" in shown


@pytest.mark.django_db(transaction=True)
def test_the_share_that_answered_and_the_probe(
    ove: User, client: Client, agencies: Agencies, written: Any, *, permit: Any, worker: User, finished: Any
) -> None:
    written(agencies)
    finished(actions.ask(worker, permit().pk))
    assert "100 %" in client.get(PAGE).content.decode()
    before = len(agencies.journal)
    said = client.post("/myndigheter/prova/test/", follow=True).content.decode()
    assert "Alla myndigheter i anslutningen svarar." in said
    assert (agencies.probed, len(agencies.journal)) == (1, before), "nobody is asked about"
    agencies.well = False
    assert "svarar, men inte" in client.post("/myndigheter/prova/test/", follow=True).content.decode()
    assert AuditEntry.objects.filter(did="tried a connection").count() == 2
    assert client.post("/myndigheter/prova/okand/").status_code == 404


@pytest.mark.django_db
def test_asking_in_advance_is_off_until_a_manager_switches_it_on_for_one_agency(
    ove: User, client: Client, written: Any, someone: Callable[..., User]
) -> None:
    written(Agencies("https://agencies.example.se"))
    assert choosing.chosen() == frozenset()
    assert client.post("/myndigheter/i-forvag/FK/", {"prefetch": "1"}).status_code == 403
    henrik = someone(Role.MANAGER, first_name="Henrik", last_name="Falk")
    client.force_login(henrik)
    shown = client.get(PAGE).content.decode()
    assert "Varje fråga är ett eget utlämnande." in shown
    shown = client.post("/myndigheter/i-forvag/FK/", {"prefetch": "1"}, follow=True).content.decode()
    assert "Henrik Falk" in shown
    assert choosing.chosen() == {"FK"}
    client.post("/myndigheter/i-forvag/FK/", {"prefetch": "0"})
    assert not AgencyChoice.objects.get(agency="FK").prefetch
    assert [one.did for one in AuditEntry.objects.filter(what="exchange.agencychoice")] == [
        "switched prefetch on",
        "switched prefetch off",
    ]
    assert client.post("/myndigheter/i-forvag/XYZ/", {"prefetch": "1"}).status_code == 404


@pytest.mark.django_db
def test_a_case_worker_has_no_business_there(someone: Callable[..., User], client: Client) -> None:
    client.force_login(someone(Role.CASE_WORKER))
    assert client.get(PAGE).status_code == 403
