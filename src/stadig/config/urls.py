"""Every address for people. Machine interfaces stand in :mod:`stadig.config.asgi`."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("konto/", include("allauth.urls")),
]
