"""Certificates, ours and theirs: one that is wrong stops the question before it leaves, and says what to do."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stadig.city import clock
from stadig.exchange import actions, queries
from stadig.exchange.models import Call
from stadig.exchange.tests.agencies import Agencies, serve
from stadig.exchange.tests.reading import codes, outcomes

pytestmark = pytest.mark.django_db(transaction=True)
Finished = Callable[..., queries.LookupView]


@pytest.fixture
def papers(tmp_path: Path) -> Callable[..., tuple[Path, Path]]:
    """``papers("server", days=10)`` → certificate and key, vouched for by themselves."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def make(name: str, *, days: int) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        last = clock.real_now() + dt.timedelta(days=days)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(last - dt.timedelta(days=400))
            .not_valid_after(last)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        paper, secret = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        paper.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        secret.write_bytes(key.private_bytes(*form))
        secret.chmod(0o600)
        return paper, secret

    return make


def test_an_expired_certificate_stops_the_question_before_it_leaves_and_says_so(
    agencies: Agencies, written: Any, permit: Any, worker: Any, papers: Any
) -> None:
    from stadig.exchange.certificates import validity
    from stadig.exchange.connections import connections

    papers("client", days=-1)
    path = written(agencies, extra='certificate = "client.pem"\nkey = "client.key"')
    path.write_text(path.read_text().replace("http://127.0.0.1", "https://localhost"))
    view = queries.view(actions.ask(worker, permit(agencies=["FK"]).pk).pk)
    (agency,) = view.agencies
    assert (agency.outcome, agency.blocks[0].block.error_code) == ("error", "certificate_expired")
    assert agency.blocks[0].block.error_source == "self"
    assert not Call.objects.exists()
    (one,) = connections().connections
    found = validity(one.name, one.certificate)
    assert found.trouble == "certificate_expired"
    assert "Fetch a new one" in found.message


def test_a_certificate_that_soon_expires_and_a_key_that_others_may_read_are_findings(papers: Any) -> None:
    from stadig.exchange import looking
    from stadig.exchange.certificates import Certificate, validity

    paper, secret = papers("client", days=12)
    assert validity("x", Certificate(paper, secret, None)).trouble == "soon"
    secret.chmod(0o644)
    paper.touch()
    looking.forget()
    found = validity("x", Certificate(paper, secret, None))
    assert found.trouble == "key_open_to_others"
    assert f"chmod 600 {secret}" in found.message
    assert validity("x", Certificate(paper.with_name("gone.pem"), secret, None)).trouble == "certificate_missing"


def test_a_server_that_cannot_prove_who_it_is_gets_no_question(written: Any, papers: Any, asked: Finished) -> None:
    paper, secret = papers("server", days=10)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paper, secret)
    with serve(context) as agencies:
        written(agencies)
        view = asked(agencies=["FK"])
        assert codes(view) == {"FK": "certificate_untrusted"}
        assert agencies.journal == []
        written(agencies, extra='ca = "server.pem"')
        from stadig.exchange import looking

        looking.forget()
        view = asked(agencies=["FK"])
        assert outcomes(view) == {"FK": "data"}
