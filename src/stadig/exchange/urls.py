"""The room's addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from stadig.exchange.views import connected, law, own

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("mina/fragor-till-myndigheter/", own.log, name="own"),
    path("mina/fragor-till-myndigheter/utdrag/", own.printed, name="own-extract"),
    path("myndigheter/utdrag/<int:person_id>/", own.printed_for, name="extract"),
    path("myndigheter/", connected.page, name="connections"),
    path("myndigheter/prova/<slug:name>/", connected.probe, name="probe"),
    path("myndigheter/i-forvag/<slug:agency>/", connected.choose, name="choose"),
    path("myndigheter/lagstod/", law.overview, name="law"),
    path("myndigheter/lagstod/nytt/", law.new, name="law-new"),
    path("myndigheter/lagstod/<int:pk>/bekrafta/", law.confirm, name="law-confirm"),
    path("myndigheter/lagstod/<int:pk>/ta-bort/", law.take_back, name="law-take-back"),
    path("myndigheter/lagstod/<int:pk>/avsluta/", law.end, name="law-end"),
]
