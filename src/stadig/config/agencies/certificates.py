"""The certificates of the stand-in: a CA of its own, the server's and the client's. Keys 0600; made anew when they soon expire.

They hold between this program and one client on the same machine, nothing else.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOLDS_DAYS = 365
RENEW_DAYS = 14
ONE_DAY = dt.timedelta(days=1)


def prepare(folder: Path) -> None:
    """Make what is missing or soon expires: ``ca``, ``server`` and ``client``, each a ``.pem`` and a ``.key``."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not all(_holds(folder / f"{name}.pem") for name in ("ca", "server", "client")):
        now = dt.datetime.now(dt.UTC)
        begin, end = now - ONE_DAY, now + dt.timedelta(days=HOLDS_DAYS)
        _authority(folder, begin, end)
        issue(folder, "server", begin, end, server=True)
        issue(folder, "client", begin, end)


def expired_client(folder: Path) -> Path:
    """A client certificate that held until yesterday: ``expired.pem`` with ``expired.key``. Returns the certificate's path."""
    now = dt.datetime.now(dt.UTC)
    return issue(folder, "expired", now - 30 * ONE_DAY, now - ONE_DAY)


def early_client(folder: Path) -> Path:
    """A client certificate that holds from tomorrow: ``early.pem`` with ``early.key``. Returns the certificate's path."""
    now = dt.datetime.now(dt.UTC)
    return issue(folder, "early", now + ONE_DAY, now + 30 * ONE_DAY)


def issue(folder: Path, name: str, begin: dt.datetime, end: dt.datetime, *, server: bool = False) -> Path:
    """A certificate signed by the folder's CA. Returns its path; its key lies beside it."""
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    signer = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("ca.key is not of the kind that is made here")
    key = ec.generate_private_key(ec.SECP256R1())
    usage = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    made = (
        _begun(f"stand-in {name}", authority.subject, key, begin, end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if server:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return _write(folder, name, made.sign(signer, hashes.SHA256()), key)


def context(folder: Path) -> ssl.SSLContext:
    """The server's side of TLS: a certificate of the client's is required."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "ca.pem"))
    made.load_cert_chain(folder / "server.pem", folder / "server.key")
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def _holds(path: Path) -> bool:
    if not path.is_file() or not path.with_suffix(".key").is_file():
        return False
    end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    return end > dt.datetime.now(dt.UTC) + dt.timedelta(days=RENEW_DAYS)


def _begun(
    name: str, issuer: x509.Name | None, key: ec.EllipticCurvePrivateKey, begin: dt.datetime, end: dt.datetime
) -> x509.CertificateBuilder:
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Stadig, made up"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _authority(folder: Path, begin: dt.datetime, end: dt.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = _begun("stand-in CA", None, key, begin, end).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    _write(folder, "ca", made.add_extension(usage, critical=True).sign(key, hashes.SHA256()), key)


def _write(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> Path:
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _keep(folder / f"{name}.key", secret, 0o600)
    _keep(folder / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM), 0o644)
    return folder / f"{name}.pem"


def _keep(path: Path, data: bytes, mode: int) -> None:
    part = path.with_suffix(path.suffix + ".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(data)
    part.chmod(mode)
    part.replace(path)
