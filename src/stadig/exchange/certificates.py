"""The certificates a connection is secured with: the TLS context they give, and how long they last.

A certificate that has expired stops the question before it leaves, with a reason an administrator can act on.
"""

from __future__ import annotations

import datetime as dt
import functools
import ssl
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from msgspec import Struct

from stadig.city import clock
from stadig.exchange import looking

SOON_DAYS: Final = 30
OPEN_TO_OTHERS: Final = 0o077
Trouble = Literal[
    "", "certificate_missing", "certificate_unreadable", "key_open_to_others", "certificate_expired", "not_valid_yet", "soon"
]


class CertificateFault(Exception):
    """The certificate cannot be used. ``code`` says why, in one of our words; the message names the file and the way out."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Certificate(Struct, frozen=True):
    """Our certificate and key, and the authority that vouches for the other side; None where the connection has none."""

    certificate: Path | None
    key: Path | None
    ca: Path | None

    def context(self) -> ssl.SSLContext:
        """The TLS context. Read anew when a file changes. Raises CertificateFault, also for one that has expired."""
        last = self.last_day()
        if last is not None and last < clock.real_now():
            day = f"{last:%Y-%m-%d}"
            raise CertificateFault(
                "certificate_expired", f"{self.certificate} expired on {day}. Fetch a new one and put it there."
            )
        return _context(self, tuple(_stamp(path) for path in (self.certificate, self.key, self.ca)))

    def last_day(self) -> dt.datetime | None:
        """When our certificate expires; None where there is none. Raises CertificateFault."""
        return _last_day(self.certificate, _stamp(self.certificate)) if self.certificate else None


class Validity(Struct, frozen=True):
    """How a connection's certificate is, for the doctor and the administrator."""

    connection: str
    trouble: Trouble | str
    """Empty when all is well; ``soon`` within a month of its last day."""
    expires: dt.datetime | None
    message: str
    """What is wrong and what to do; empty when all is well."""


def validity(connection: str, certificate: Certificate) -> Validity:
    """How the certificate is today. Never raises."""
    expires: dt.datetime | None = None
    try:
        expires = certificate.last_day()
        certificate.context()
    except CertificateFault as fault:
        return Validity(connection, fault.code, expires, str(fault))
    if expires is not None and (left := (expires - clock.real_now()).days) < SOON_DAYS:
        text = f"{certificate.certificate} expires on {expires:%Y-%m-%d}, in {left} days. Order a new one now."
        return Validity(connection, "soon", expires, text)
    return Validity(connection, "", expires, "")


def _stamp(path: Path | None) -> int:
    if path is None:
        return 0
    try:
        return looking.changed(path)
    except OSError as fault:
        text = f"{path}: {fault.strerror}. Put the file there, or mend the path."
        raise CertificateFault("certificate_missing", text) from None


@functools.lru_cache(maxsize=16)
def _last_day(path: Path, stamp: int) -> dt.datetime:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        text = f"{path} is not a certificate in PEM that we may read."
        raise CertificateFault("certificate_unreadable", text) from None


@functools.lru_cache(maxsize=16)
def _context(certificate: Certificate, stamps: tuple[int, ...]) -> ssl.SSLContext:
    try:
        found = ssl.create_default_context(cafile=str(certificate.ca) if certificate.ca else None)
        found.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate.certificate and certificate.key:
            if certificate.key.stat().st_mode & OPEN_TO_OTHERS:
                text = f"{certificate.key} may be read by others. Run: chmod 600 {certificate.key}"
                raise CertificateFault("key_open_to_others", text)
            found.load_cert_chain(certificate.certificate, certificate.key)
    except (OSError, ssl.SSLError) as fault:
        text = f"{certificate.certificate}: the certificate and its key do not belong together, or are not PEM ({fault})."
        raise CertificateFault("certificate_unreadable", text) from None
    return found
