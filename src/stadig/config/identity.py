"""The demo town's identity provider: ``python -m stadig.config.identity`` on a loopback port.

It plays the part of Freja or a BankID broker with oidc-provider-mock, and knows the demo town's residents by
their test numbers. It exists in a demo town alone; a real city names its provider in ``STADIG_OIDC_URL``.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from urllib.parse import urlsplit

from stadig.config import django


def users() -> list[object]:
    """The residents who can log in, with the claims a Swedish provider would send."""
    from oidc_provider_mock import User

    from stadig.city import persons
    from stadig.city.models import Person

    found = Person.objects.filter(user__isnull=False, personnummer_sealed__isnull=False).select_related("user")
    return [
        User(
            sub=person.user.username,  # type: ignore[attr-defined]
            claims={
                "given_name": person.given_name,
                "family_name": person.family_name,
                "https://id.oidc.se/claim/personalIdentityNumber": persons.unseal(person.personnummer_sealed).digits,  # pyright: ignore[reportArgumentType]
                "acr": "http://id.elegnamnden.se/loa/1.0/loa3",
            },
        )
        for person in found.order_by("sort_key")[:50]
    ]


def application(user_claims: list[object]) -> object:
    """The provider as a WSGI application, without the debugger that oidc-provider-mock puts around it."""
    import oidc_provider_mock

    flask = oidc_provider_mock.app(user_claims=user_claims)  # pyright: ignore[reportArgumentType]
    flask.debug = False
    flask.wsgi_app = getattr(flask.wsgi_app, "app", flask.wsgi_app)
    return flask


def main() -> None:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # plain HTTP, on the loopback address only
    warnings.filterwarnings("ignore", module="oidc_provider_mock|authlib")  # its own, about what it will use one day
    with django.with_database():
        from django.conf import settings

        if not settings.DEMO:
            sys.exit("The made-up identity provider runs in a demo town alone. Set STADIG_OIDC_URL to a real one.")
        claims = users()
    from werkzeug.serving import make_server

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    port = urlsplit(settings.OIDC_URL).port or 9000
    print(f"The demo's identity provider answers at {settings.OIDC_URL}", flush=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    make_server("localhost", port, application(claims), threaded=True).serve_forever()  # pyright: ignore[reportArgumentType]


if __name__ == "__main__":
    main()
