"""What a municipality may set from outside, all of it through the environment or a ``.env`` file."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parents[3]
"""Where the source tree (or the installed package's data) lies."""


class Environment(BaseSettings):
    """Settings from outside. Every field is read from ``STADIG_<NAME>``, but for ``DATABASE_URL``."""

    model_config = SettingsConfigDict(env_prefix="STADIG_", env_file=".env", extra="ignore")

    database_url: str = ""
    """``postgresql://user:password@host:port/name``; empty means the embedded database."""
    home: Path | None = None
    """Where keys, stored files and (for a user) the embedded database lie. Default: ``.stadig/`` of the checkout."""
    host: str = "127.0.0.1"
    port: int = 8000
    debug: bool = False
    demo: bool = False
    """A demo town: shows the strip that switches between people. Never set this for a real city."""
    allowed_hosts: str = "localhost,127.0.0.1,[::1]"
    public_url: str = ""
    """The address residents use, for links in messages. Default: http://HOST:PORT."""
    mqtt_url: str = ""
    """``mqtt(s)://user:password@host:port``; empty means the embedded broker on the loopback address."""
    mqtt_port: int = 0
    """Where the embedded broker listens on the loopback address. 0 is 2000 above the web port, so that two towns, or a
    broker of the machine's own on 1883, never meet."""
    email_url: str = ""
    """``smtp(s)://user:password@host:port``; empty means that e-mail is kept in a folder."""
    email_from: str = ""
    """The address that messages come from. Default: ``svara-ej@`` and the name of the public address."""
    sms_gateway: Path | None = None
    """A file that declares how a text message is sent over HTTP (*docs/integrations.md*); empty means that none are."""
    inner_networks: str = ""
    """Networks of the city's own, with commas (``10.20.0.0/16,127.0.0.1/32``), that Stadig may call: a case system, an SMS gateway.
    All other addresses that are not public are refused."""
    handover_dir: Path | None = None
    """The folder where other systems fetch cases and leave statuses as files. Default: ``handover`` in the home folder."""
    exchange: Path | None = None
    """A TOML file that says how agencies are asked: addresses, certificates, deadlines, opening hours (*docs/exchange.md*). Empty means
    that none are connected, but in a demo town, which has a stand-in."""
    research_exemption: Literal["born", "all", "elsewhere"] = "born"
    """Which files of financial assistance are kept for research (socialtjänstförordningen (2025:468) 13 kap. 1 §): of those ``born`` on the
    fifth, fifteenth or twenty-fifth; ``all`` in Östergötlands, Gotlands and Västernorrlands län and in Göteborg; ``elsewhere`` where what is
    exempt has been handed to an archive."""
    raw_answers_months: int = Field(default=0, ge=0, le=1200)
    """Agencies' raw answers are removed after so many months; what was read from them stays with the case. 0: as long as the case."""
    contracts_dir: Path | None = None
    """The folder with the agencies' own WSDL, XSD and OpenAPI files, which a city gets with its agreement. Empty means that answers are
    read but cannot be validated, which each of them then says."""
    oidc_url: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_scopes: str = "openid profile email https://id.oidc.se/scope/naturalPersonNumber"
    """What we ask the residents' provider for, with spaces (OIDC Sweden, *Claims and Scopes*)."""
    oidc_acr_values: str = "http://id.elegnamnden.se/loa/1.0/loa3"
    """The level of assurance we ask it for. A service that needs more than the provider reached says so on its own page."""
    oidc_levels: str = ""
    """Values of ``acr`` of the city's own broker and the level each stands for: ``urn:broker:high=3,urn:broker:low=2``."""
    oidc_staff_url: str = ""
    """The municipality's own identity provider, for those who work there. Empty: staff log in with a password."""
    oidc_staff_client_id: str = ""
    oidc_staff_client_secret: str = ""
    oidc_staff_claim: str = "preferred_username"
    """The claim that holds the user name of an account that an administrator has made. No account, no log-in."""
    oidc_staff_mfa: str = ""
    """Values of ``acr`` or ``amr``, with commas, that say the provider asked for a second factor. Otherwise we ask."""
    clamd: str = ""
    """``unix:///run/clamav/clamd.ctl`` or ``tcp://host:3310``; empty means that files are checked by what they are alone."""
    map_tiles_url: str = ""
    """A tile URL template ``https://…/{z}/{x}/{y}.png``; empty means our own street and district layers."""
    workers: int = 2
    trusted_proxies: str = ""
    """Addresses or networks of reverse proxies, with commas; only from them are ``X-Forwarded-For`` and ``-Proto`` believed."""
    metrics_token: str = ""
    """Bearer token for ``/metrics``; empty means that only this machine may read it."""
    log_level: str = "info"
    """``info`` writes a line per request, ``warning`` only what needs a look."""

    @property
    def broker_port(self) -> int:
        """The embedded broker's port."""
        return self.mqtt_port or self.port + 2000

    @cached_property
    def home_dir(self) -> Path:
        """The folder for keys, files and data, made with mode 0700."""
        path = (self.home or CHECKOUT / ".stadig").resolve()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    @cached_property
    def instance(self) -> str:
        """A short name for this installation: the hash of its home folder's path and of a key in it.

        A checkout that is removed and cloned anew in the same place is another installation: it begins anew and leaves
        the old one's data alone, since it lacks the keys to them.
        """
        place = (self.home or CHECKOUT / ".stadig").resolve()
        return hashlib.sha256(f"{place} {self.secret('instance', 9)}".encode()).hexdigest()[:12]

    @cached_property
    def runtime_dir(self) -> Path:
        """A short 0700 folder for sockets and process ids, since a socket's path must stay under 107 bytes."""
        base = os.environ.get("XDG_RUNTIME_DIR", "")
        if base and Path(base).is_dir() and os.access(base, os.W_OK) and len(base) < 60:
            path = Path(base) / f"stadig-{self.instance}"
        else:
            path = Path(tempfile.gettempdir()) / f"stadig-{os.getuid()}-{self.instance}"
        path.mkdir(mode=0o700, exist_ok=True)
        owner = path.stat()
        if owner.st_uid != os.getuid() or owner.st_mode & 0o077:
            raise PermissionError(f"{path} is open to others or owned by someone else. Remove it and start again.")
        return path

    def secret(self, name: str, size: int = 32) -> str:
        """A key that is made once and kept in ``home/keys/NAME`` with mode 0600."""
        from_outside = os.environ.get(f"STADIG_{name.upper()}")
        if from_outside:
            return from_outside
        folder = self.home_dir / "keys"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        value = secrets.token_urlsafe(size)
        with os.fdopen(descriptor, "w") as file:
            file.write(value)
        return value


def load() -> Environment:
    """Read the environment once; ``DATABASE_URL`` keeps its usual name without a prefix."""
    found = Environment()
    if not found.database_url:
        found.database_url = os.environ.get("DATABASE_URL", "")
    return found


environment = load()
