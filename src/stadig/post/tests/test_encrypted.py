"""Over real TLS on the loopback address: mutual TLS to another system, and e-mail to a server that asks who we are."""

from __future__ import annotations

import base64
import datetime as dt
import email
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.policy import default
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core import mail

from stadig.post import declared, outside, sending, testing
from stadig.post.models import Message

NOW = dt.datetime.now(dt.UTC)


@dataclass
class Authority:
    """A certificate authority of our own, and what it has signed, as PEM files."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def __post_init__(self) -> None:
        self.certificate = self._signed("Test CA", self.key, ca=True)
        self.path = self.folder / "ca.pem"
        self.path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def sign(self, name: str) -> Path:
        """A certificate with its key, for ``localhost``."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._signed(name, key)
        path = self.folder / name
        unprotected = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unprotected)
        path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
        return path

    def _signed(self, name: str, key: ec.EllipticCurvePrivateKey, *, ca: bool = False) -> x509.Certificate:
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test CA")])
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - dt.timedelta(days=1))
            .not_valid_after(NOW + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(names, critical=False)
            .sign(self.key, hashes.SHA256())
        )


@pytest.fixture
def authority(tmp_path, monkeypatch, settings) -> Authority:
    """Trusted by this test alone, as a municipality's own is by its machines."""
    (tmp_path / "keys").mkdir()
    found = Authority(tmp_path / "keys")
    monkeypatch.setenv("SSL_CERT_FILE", str(found.path))
    settings.OUTSIDE_KEYS, settings.INNER_NETWORKS = tmp_path / "keys", (ip_network("127.0.0.0/8"),)
    return found


def guarded(authority: Authority) -> ssl.SSLContext:
    """A server that lets in those alone who show a certificate of the authority's."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.path))
    context.load_cert_chain(authority.sign("server"))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def call(port: int, **more: object) -> str:
    how = declared.read(
        {"url": f"https://localhost:{port}/cases", "body": {"n": "{n}"}, "number": "id", "timeout_seconds": 3} | more
    )
    return outside.do(how, {"n": 1}, key="k1")


def test_a_system_that_asks_who_we_are_is_shown_our_certificate(authority):
    with testing.outsider(guarded(authority)) as system:
        system.answers = [(201, b'{"id": "A-17"}', 0.0)]
        authority.sign("ours")
        assert call(system.port, certificate="ours") == "A-17"
        assert system.got[0].headers["idempotency-key"] == "k1"
        with pytest.raises(outside.NoAnswer):
            call(system.port)
        with pytest.raises(outside.NoSecret):
            call(system.port, certificate="gone")
        stranger = Authority(authority.folder.parent).sign("stranger")
        stranger.rename(authority.folder / "stranger")
        with pytest.raises(outside.NoAnswer):
            call(system.port, certificate="stranger")
    assert len(system.got) == 1, "nothing was sent to it without"


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(authority, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(other).path))
    with testing.outsider(guarded(authority)) as system, pytest.raises(outside.NoAnswer):
        authority.sign("ours")
        call(system.port, certificate="ours")
    assert system.got == []


class MailServer(socketserver.ThreadingTCPServer):
    """SMTP over TLS (RFC 5321, 8314) that takes mail from the one who knows the password."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.context = context
        self.taken: list[tuple[str, bytes]] = []

    def get_request(self) -> tuple[socket.socket, object]:
        plain, address = self.socket.accept()
        return self.context.wrap_socket(plain, server_side=True), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not trust us leaves: nothing on the terminal."""


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    server: MailServer

    def handle(self) -> None:
        known, to = False, ""
        self.say("220 test")
        for line in self.rfile:
            word = line.decode().strip()
            if word.upper().startswith("EHLO"):
                self.say("250-test\r\n250 AUTH PLAIN")
            elif word.upper().startswith("AUTH PLAIN"):
                known = base64.b64decode(word.split()[2]) == b"\0stadig\0hemligt"
                self.say("235 yes" if known else "535 no")
            elif word.upper().startswith("RCPT"):
                to = word.partition("<")[2].rstrip(">")
                self.say("250 ok" if known else "550 who are you")
            elif word.upper() == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.taken.append((to, b"".join(lines)))
                self.say("250 taken")
            elif word.upper() == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def mail_server(authority, settings) -> Iterator[MailServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority.sign("mail"))
    with MailServer(context) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", server.server_address[1]
        settings.EMAIL_USE_SSL, settings.EMAIL_USE_TLS = True, False
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "stadig", "hemligt"
        yield server
        server.shutdown()


def write(subject: str, body: str) -> None:
    """One e-mail, as the job sends it."""
    message = Message(address="karin@example.se", subject=subject, body=body, template="t", created_at=NOW)
    message.save()
    sending.by_email(message)


@pytest.mark.django_db
def test_an_email_goes_encrypted_to_a_server_that_knows_us_with_swedish_letters_whole(mail_server):
    write("Vi har fattat beslut – ärendet är klart", "Hej!\n\nFörsta raden.\n.\nEfter en punkt på egen rad.\n")
    ((to, data),) = mail_server.taken
    message = email.message_from_bytes(data.replace(b"\r\n..", b"\r\n."), policy=default)
    assert to == "karin@example.se"
    assert message["Subject"] == "Vi har fattat beslut – ärendet är klart"
    assert "Första raden.\n.\nEfter en punkt" in message.get_content().replace("\r\n", "\n")
    assert mail.outbox == []


@pytest.mark.django_db
def test_the_wrong_password_and_a_server_nobody_vouches_for_are_faults_and_nothing_is_taken(
    mail_server, settings, tmp_path, monkeypatch
):
    settings.EMAIL_HOST_PASSWORD = "fel"
    with pytest.raises(OSError, match="535"):
        write("Hej", "Hej")
    settings.EMAIL_HOST_PASSWORD = "hemligt"
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(other).path))
    with pytest.raises(OSError, match="certificate verify failed"):
        write("Hej", "Hej")
    assert mail_server.taken == []
