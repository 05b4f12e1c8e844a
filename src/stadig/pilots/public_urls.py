"""Addresses of the pages that everyone may read."""

from __future__ import annotations

from django.urls import URLPattern, path

from stadig.pilots.views import public

urlpatterns: list[URLPattern] = [
    path("forsok/", public.library, name="library"),
    path("forsok/rss.xml", public.library_feed, name="library-feed"),
    path("forsok/<slug:slug>/", public.trial, name="trial"),
    path("forsok/<slug:slug>/regel.json", public.rule, name="trial-rule"),
    path("forsok/<slug:slug>/titter.csv", public.looks, name="trial-looks"),
    path("forsok/<slug:slug>/lottningar.csv", public.draws, name="trial-draws"),
    path("forsok/<slug:slug>/data.zip", public.data, name="trial-data"),
    path("forsok/<slug:slug>/paket.zip", public.package, name="trial-package"),
    path("vad-kallorna-lovade/", public.claims, name="claims"),
]
