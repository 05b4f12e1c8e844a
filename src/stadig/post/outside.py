"""Calls over HTTP to systems outside: to public addresses alone and those the city has named, in time, with no more read than we need.

A name is looked up once, its addresses are checked, and the call goes to the address that was checked, so that a name that changes its
meaning between the check and the call leads nowhere else. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from django.conf import settings

from stadig.post import declared

if TYPE_CHECKING:
    import httpx

MOST_BYTES: Final = 256 * 1024
"""Of an answer. What we look for is a status and a number."""
TRANSLATED: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"), ip_network("2001::/32"))
"""IPv6 networks whose addresses stand for IPv4 ones: they would lead around the check."""
AGAIN: Final = frozenset({408, 409, 423, 425, 429})
"""Refusals that may pass, as a yes with the wrong words may; all others below 500 will be the same next time."""
SCHEMES: Final = {"http": 80, "https": 443}


class OutsideError(OSError):
    """Why a call did not succeed. ``again`` says whether a later try may. The text holds neither address nor anything that was sent."""

    again = True


class NoAnswer(OutsideError):
    """No answer in time, or the connection was lost. The other system may have taken what we sent: send the same key again."""


class Refused(OutsideError):
    """The other system answered no."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}")
        self.status = status
        self.again = status >= 500 or 200 <= status < 300 or status in AGAIN


class NotAllowed(OutsideError):
    """The address is not public, and the city has not named its network in STADIG_INNER_NETWORKS. Or it is http to a public one."""

    again = False


class NoSecret(OutsideError):
    """A secret that the declaration names does not lie in the folder ``keys/outside``."""

    again = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


def is_inner(address: IPv4Address | IPv6Address) -> bool:
    """Whether the city has named the address's network as its own."""
    return any(address in network for network in settings.INNER_NETWORKS if network.version == address.version)


def may_call(address: IPv4Address | IPv6Address) -> bool:
    """Whether Stadig may call an address: public ones, and those of the city's own networks that it has named."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if is_inner(plain):
        return True
    translated = any(plain in network for network in TRANSLATED if network.version == plain.version)
    return plain.is_global and not plain.is_multicast and not plain.is_reserved and not translated


def vetted(host: str, port: int, *, encrypted: bool) -> str:
    """The address to call for a host. Raises NotAllowed, or NoAnswer where the name is unknown."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer("no such name") from error
    addresses = [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    if not addresses or not all(map(may_call, addresses)):
        raise NotAllowed("not a public address")
    if not encrypted and not all(is_inner(getattr(one, "ipv4_mapped", None) or one) for one in addresses):
        raise NotAllowed("not encrypted")
    return str(addresses[0])


def call(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes = b"",
    timeout_s: float = 10.0,
    certificate: Path | None = None,
) -> Answer:
    """Call an address. Any status is an answer. Raises NoAnswer or NotAllowed."""
    import httpx  # brings its own command line with it: most of a start that calls no one would be spent on that

    deadline = time.monotonic() + timeout_s
    try:
        target = httpx.URL(url)
        host = target.host
        port = target.port or SCHEMES[target.scheme]
        address = vetted(host, port, encrypted=target.scheme == "https")
        context = ssl.create_default_context()
        if certificate is not None:
            context.load_cert_chain(certificate)
        sent = {**headers, "Host": target.netloc.decode("ascii"), "User-Agent": "Stadig"}
        with (
            httpx.Client(verify=context, timeout=timeout_s, follow_redirects=False, trust_env=False) as client,
            client.stream(
                method,
                target.copy_with(host=address),
                headers=sent,
                content=content,
                extensions={"sni_hostname": host},
            ) as answer,
        ):
            return Answer(answer.status_code, _body(answer, deadline))
    except OutsideError:
        raise
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError, KeyError) as error:
        raise NoAnswer(type(error).__name__) from error


def do(wanted: declared.Call, values: Mapping[str, Any], *, key: str) -> str:
    """Make a declared call; returns the other system's number (empty where it gives none). ``key`` says that two calls are the same one.

    Raises OutsideError, or ``declared.DeclarationError``.
    """
    words = _Words(values)
    filled = declared.filled(wanted, words)
    headers = {**filled.headers, "Idempotency-Key": key}
    if wanted.oauth2:
        headers["Authorization"] = f"Bearer {_token(wanted.oauth2, wanted.timeout_s)}"
    answer = call(
        filled.method,
        filled.url,
        headers=headers,
        content=filled.content,
        timeout_s=wanted.timeout_s,
        certificate=_path(wanted.certificate) if wanted.certificate else None,
    )
    good, number = declared.answered(wanted, answer.status, answer.body)
    if not good:
        raise Refused(answer.status)
    return number


def secret(name: str) -> str:
    """The secret with this name. Raises NoSecret."""
    return _path(name).read_text().strip()


class _Words(dict[str, Any]):
    """What is filled in, with the secrets read when they are asked for."""

    def __contains__(self, name: object) -> bool:
        return name == "secret" or super().__contains__(name)

    def __missing__(self, name: str) -> Any:
        if name == "secret":
            return _Secrets()
        raise KeyError(name)


class _Secrets(dict[str, str]):
    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __missing__(self, name: str) -> str:
        return secret(name)


def _path(name: str) -> Path:
    path = Path(settings.OUTSIDE_KEYS) / name
    if not name.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        raise NoSecret(f"the secret {name} is missing")
    return path


def _token(oauth2: declared.OAuth2, timeout_s: float) -> str:
    """An access token (RFC 6749, 4.4). It is asked for anew each time: hand-overs are few, and a kept token is one more secret."""
    asked = {"grant_type": "client_credentials", "client_id": oauth2.client_id, "client_secret": secret(oauth2.secret)}
    content = urlencode(asked | ({"scope": oauth2.scope} if oauth2.scope else {})).encode()
    headers = {"Content-Type": declared.FORMATS["form"]}
    answer = call("POST", oauth2.token_url, headers=headers, content=content, timeout_s=timeout_s)
    try:
        token = json.loads(answer.body)["access_token"] if answer.status == 200 else None
    except (ValueError, KeyError, TypeError):
        token = None
    if not isinstance(token, str):
        raise Refused(answer.status)
    return token


def _body(answer: httpx.Response, deadline: float) -> bytes:
    read = b""
    for part in answer.iter_bytes(16 * 1024):
        read += part
        if len(read) > MOST_BYTES:
            raise NoAnswer("too long an answer")
        if time.monotonic() > deadline:
            raise NoAnswer("too slow an answer")
    return read
