"""Addresses of the pages that everyone may read."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
