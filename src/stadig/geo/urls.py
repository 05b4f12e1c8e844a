"""Addresses of the base map."""

from __future__ import annotations

from django.urls import path

from stadig.geo import views

app_name = "geo"
urlpatterns = [
    path("lager.json", views.base, name="base"),
    path("lager/<slug:name>.json", views.layer, name="layer"),
]
