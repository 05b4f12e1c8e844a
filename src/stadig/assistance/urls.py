"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from stadig.assistance import aid_urls
from stadig.assistance.views import answers, lookup, panel

app_name = "assistance"
BASE = "arbetsplats/bistand/<int:case_id>"
PERSON = f"{BASE}/uppgifter/<int:person_id>"
urlpatterns = [
    path(f"{BASE}/panel/", panel.panel, name="panel"),
    path(f"{BASE}/uppgifter/", lookup.page, name="page"),
    path(f"{PERSON}/", lookup.page, name="person"),
    path(f"{PERSON}/fraga/", lookup.ask, name="ask"),
    path(f"{PERSON}/fraga-igen/", lookup.ask_again, name="ask-again"),
    path(f"{PERSON}/nytt/<int:lookup_id>/", lookup.news, name="news"),
    path(f"{PERSON}/nummer/", lookup.number, name="number"),
    path(f"{PERSON}/samtal/<str:agency>/", answers.call, name="call"),
    path(f"{PERSON}/svar/<int:call_id>/", answers.raw, name="raw"),
    path(f"{PERSON}/svar/<int:call_id>/fil/", answers.raw_file, name="raw-file"),
    path(f"{PERSON}/utskrift/", answers.printed, name="print"),
    path(f"{PERSON}/uppgifter.csv", answers.as_csv, name="csv"),
    path(f"{PERSON}/uppgifter.json", answers.as_json, name="json"),
    path(f"{PERSON}/spara/", answers.keep, name="keep"),
    *aid_urls.patterns,
]
