"""Django's settings. What a municipality may change stands in :mod:`stadig.config.environment`."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from stadig.config import postgres
from stadig.config.environment import CHECKOUT, environment

HOME = environment.home_dir
BUILD = CHECKOUT / "build"
DEBUG = environment.debug
DEMO = environment.demo
SECRET_KEY = environment.secret("secret_key", 50)
AUDIT_KEY = environment.secret("audit_key", 50)
PERSON_KEY = environment.secret("person_key", 50)
EXCHANGE_KEY = environment.secret("exchange_key", 50)
"""What agencies answered about people is sealed with it."""
ALLOWED_HOSTS = [host.strip() for host in environment.allowed_hosts.split(",") if host.strip()]
PUBLIC_URL = environment.public_url or f"http://{environment.host}:{environment.port}"
HTTPS = PUBLIC_URL.startswith("https://")
OIDC_URL = environment.oidc_url or (f"http://localhost:{environment.port + 1000}" if DEMO else "")
"""The identity provider; a demo town starts its own beside the web server (``python -m stadig.config.identity``)."""
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if HTTPS else []

INSTALLED_APPS = [
    # rooms, from the roof down; their templates come before those of the libraries
    "stadig.config",
    "stadig.eservices",
    "stadig.waste",
    "stadig.pilots",
    "stadig.assistance",
    "stadig.cases",
    "stadig.work",
    "stadig.sensing",
    "stadig.exchange",
    "stadig.post",
    "stadig.files",
    "stadig.geo",
    "stadig.city",
    "stadig.ui",
    # bought parts
    "stadig.ui.apps.Components",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    # Django
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "stadig.config.middleware.RouteName",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "stadig.config.middleware.ContentPolicy",
    "allauth.account.middleware.AccountMiddleware",
    "stadig.city.sessions.SessionGuard",
]

FORM_RENDERER = "stadig.ui.widgets.Renderer"
ROOT_URLCONF = "stadig.config.demo_urls" if DEMO else "stadig.config.urls"
WSGI_APPLICATION = "stadig.config.wsgi.application"
AUTH_USER_MODEL = "city.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django_cotton.cotton_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "stadig.ui.templatetags.constants",
                "stadig.ui.templatetags.ui",
                "stadig.ui.templatetags.fields",
                "stadig.ui.parts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "stadig.ui.context.frame",
            ],
        },
    }
]


def _origin(url: str) -> list[str]:
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if url else []


def _database() -> dict[str, Any]:
    """The connection: ``DATABASE_URL`` where it is set, the embedded cluster otherwise."""
    common: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "options": "-c timezone=UTC"},
    }
    if environment.database_url:
        parts = urlsplit(environment.database_url)
        query = dict(parse_qsl(parts.query))
        return common | {
            "NAME": unquote(parts.path.lstrip("/")) or postgres.DATABASE,
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", "") or parts.hostname or "",
            "PORT": query.pop("port", "") or parts.port or "",
            "OPTIONS": common["OPTIONS"] | query,
        }
    own = postgres.cluster(environment).conninfo()
    return common | {
        "NAME": own["dbname"],
        "USER": own["user"],
        "PASSWORD": own["password"],
        "HOST": own["host"],
        "PORT": own["port"],
    }


DATABASES = {"default": _database()}
# Tries of codes and log-ins are counted here. With Django's own bound of 300 entries anyone could have the counts thrown away.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "city_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Language and time
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "stadig_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = HTTPS
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["stadig.ui.formats"]

# Static files and stored files
STATIC_URL = "/static/"
STATIC_ROOT = BUILD / "static"
STATICFILES_DIRS = [BUILD / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {"BACKEND": "stadig.config.storage.StaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20

# Sessions, cookies, headers (OWASP ASVS 3.3, 3.4, 14.4)
SESSION_COOKIE_NAME = "stadig_session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_ENGINE = "stadig.city.session_store"
CSRF_COOKIE_NAME = "stadig_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "stadig.config.errors.csrf"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = False
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        # a browser follows a posted form to the identity provider only if it is named here
        "form-action": [SELF, *_origin(OIDC_URL), *_origin(environment.oidc_staff_url)],
        "frame-ancestors": [NONE],
    }
}

CLAMD = environment.clamd
MAP_TILES_URL = environment.map_tiles_url
if MAP_TILES_URL:  # tiles from elsewhere: only that address, only for maps
    _tiles = "{0.scheme}://{0.netloc}".format(urlsplit(MAP_TILES_URL))
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"].append(_tiles)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"].append(_tiles)

# Log-in
AUTHENTICATION_BACKENDS = [
    "stadig.city.login.PasswordBackend",
    "stadig.city.login.AccountBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"  # staff are sent to their own start page by the adapter
LOGOUT_REDIRECT_URL = "/"
STAFF_TOTP = not DEMO
"""Staff who log in with a password must have a one-time code or a passkey too; off only in a demo town."""
SESSION_IDLE_SECONDS = 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
ACCOUNT_ADAPTER = "stadig.city.login.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}  # counted in city_cache, so for all processes
MFA_ADAPTER = "stadig.city.login.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey stands for two factors only if the device asks for finger, face or PIN
MFA_FORMS = {
    "add_webauthn": "stadig.city.passkeys.Add",
    "authenticate_webauthn": "stadig.city.passkeys.Authenticate",
    "login_webauthn": "stadig.city.passkeys.LogIn",
    "reauthenticate_webauthn": "stadig.city.passkeys.Reauthenticate",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
SOCIALACCOUNT_ADAPTER = "stadig.city.login.SocialAccountAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_QUERY_EMAIL = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
OIDC_LEVELS = {
    name.strip(): int(level) for name, _, level in (part.rpartition("=") for part in environment.oidc_levels.split(",")) if name
}
OIDC_STAFF_CLAIM = environment.oidc_staff_claim
OIDC_STAFF_MFA = frozenset(value.strip() for value in environment.oidc_staff_mfa.split(",") if value.strip())
_residents = {
    "provider_id": "e-legitimation",
    "name": "E-legitimation",
    "client_id": environment.oidc_client_id or "stadig",
    "secret": environment.oidc_client_secret or ("demo" if DEMO else ""),
    "settings": {
        "server_url": OIDC_URL,
        "scope": (environment.oidc_scopes if environment.oidc_url else "openid profile email").split(),
        "auth_params": {"acr_values": environment.oidc_acr_values} if environment.oidc_acr_values else {},
    },
}
_staff = {
    "provider_id": "medarbetare",
    "name": "Kommunens inloggning",
    "client_id": environment.oidc_staff_client_id,
    "secret": environment.oidc_staff_client_secret,
    "settings": {"server_url": environment.oidc_staff_url},
}
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [app for app in (_residents, _staff) if app["settings"]["server_url"]],
    }
}

# Messages out
_mail = urlsplit(environment.email_url)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if environment.email_url else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = bool(environment.email_url) and not EMAIL_USE_SSL and EMAIL_HOST not in ("localhost", "127.0.0.1", "::1")
EMAIL_PORT = _mail.port or (465 if EMAIL_USE_SSL else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.email_from or f"svara-ej@{urlsplit(PUBLIC_URL).hostname}"

# Calls to other systems
SMS_GATEWAY = environment.sms_gateway
INNER_NETWORKS = tuple(
    ip_network(one.strip()) for one in (environment.inner_networks or ("127.0.0.1/32" if DEMO else "")).split(",") if one.strip()
)
OUTSIDE_KEYS = HOME / "keys" / "outside"
"""One file for each secret that a declared call names: ``{secret.sms}`` is what stands in ``sms``."""
HANDOVER_DIR = environment.handover_dir or HOME / "handover"
"""Where cases lie that another system fetches as files, one folder for each declaration: ``out`` from us, ``in`` to us."""
EXCHANGE_FILE = environment.exchange or (HOME / "agencies" / "exchange.toml" if DEMO else None)
RESEARCH_EXEMPTION = environment.research_exemption
RAW_ANSWERS_MONTHS = environment.raw_answers_months
CONTRACTS_DIR = environment.contracts_dir
AGENCIES_PORT = environment.port + 4000
"""A demo town's stand-in for the agencies (``stadig agencies``) listens here."""
STANDIN_PORT = environment.port + 3000
"""The demo town's made-up case system."""

# Devices: the broker of the city, or our own on the loopback address
MQTT_EMBEDDED = not environment.mqtt_url
MQTT_URL = environment.mqtt_url or f"mqtt://stadig:{environment.secret('mqtt_password')}@127.0.0.1:{environment.broker_port}"

# Logs: what happened, never to whom
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "stadig.config.logs.LineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "stadig": {"level": environment.log_level.upper()},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "psycopg.pool": {"level": "ERROR"},  # our own lines say when the database is away
        "django.request": {"level": "ERROR"},  # the request's own line says 404 and 403
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
