"""Addresses of the pages of those who plan and decide."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
