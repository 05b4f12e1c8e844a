"""The outer door: machine interfaces as plain ASGI, everything for people to Django's WSGI application.

Django under WSGI in two threads costs half to a third of Django under ASGI; streams and sensors need neither.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stadig.config.settings")

from a2wsgi import WSGIMiddleware
from granian.utils.proxies import wrap_asgi_with_proxy_headers

from stadig.config import events, health, static, waiting, wsgi
from stadig.config.answers import App
from stadig.config.door import MEGABYTE, Door, Lifespan, Mount
from stadig.config.environment import environment

THREADS = 2
MOST_WAITING = 100
"""Page requests in one process at once; more are told to come back instead of waiting for minutes."""

TABLE: dict[str, Mount] = {
    "/static": Mount(static.application, "public", quiet=True),
    "/events": Mount(events.application, "token", at_once=events.MOST_STREAMS + 50),
    "/wait": Mount(waiting.application, "token", at_once=waiting.MOST),
    "/health": Mount(health.health, "public", quiet=True),
    "/ready": Mount(health.ready, "public", quiet=True, at_once=20),
    "/metrics": Mount(health.figures, "operator", quiet=True, at_once=20),
}
"""First part of the path → machine interface."""

for prefix, module, body in (("/sta", "stadig.sensing.sta.app", 20 * MEGABYTE),):
    if all(find_spec(part) for part in (module.rpartition(".")[0], module)):
        TABLE[prefix] = Mount(import_module(module).application, "token", max_body=body, at_once=64)

PAGES = Mount(
    WSGIMiddleware(wsgi.application, workers=THREADS),  # pyright: ignore[reportArgumentType]
    "pages",
    machine=False,
    max_body=12 * MEGABYTE,
    at_once=MOST_WAITING,
    buffered=True,
)

lifespan = Lifespan()
lifespan.starting.append(events.hub.end_on_signal)
for mount in TABLE.values():  # an interface may have something that lives as long as the process
    lifespan.starting += [hook for hook in (getattr(mount.app, "startup", None),) if hook]
    lifespan.stopping += [hook for hook in (getattr(mount.app, "shutdown", None),) if hook]

door = Door(TABLE, PAGES, lifespan)
application: App = door
if environment.trusted_proxies:
    application = wrap_asgi_with_proxy_headers(door, trusted_hosts=environment.trusted_proxies.split(","))
