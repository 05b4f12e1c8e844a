"""Every address for people. Machine interfaces stand in :mod:`stadig.config.asgi`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from stadig.config import pages, start

urlpatterns: list[URLPattern | URLResolver] = [
    path("konto/", include("stadig.city.account_urls")),
    path("", include("stadig.city.urls")),
    path("", start.home, name="home"),
    path("sok", start.find, name="search"),
    path("hjalp", pages.page_help, name="help"),
    path("tillganglighet", pages.accessibility, name="accessibility"),
    path("dina-uppgifter", pages.privacy, name="privacy"),
    path("visning", pages.preferences, name="preferences"),
    path("stil/", pages.style, name="style"),
    path("karta/", include("stadig.geo.urls")),
    path("", include("stadig.eservices.urls")),
    path("", include("stadig.waste.urls")),
    path("", include("stadig.pilots.urls")),
    path("", include("stadig.assistance.urls")),
    path("", include("stadig.exchange.urls")),
    path("", include("stadig.cases.urls")),
    path("", include("stadig.work.urls")),
    path("", include("stadig.files.urls")),
    path("", include("stadig.post.urls")),
    path("", include("stadig.sensing.urls")),
]

handler400 = "stadig.config.errors.bad_request"
handler403 = "stadig.config.errors.forbidden"
handler404 = "stadig.config.errors.not_found"
handler500 = "stadig.config.errors.broken"
