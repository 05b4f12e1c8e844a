"""Addresses of the month's report to a committee."""

from __future__ import annotations

from django.urls import URLPattern, path

from stadig.pilots.views import month

urlpatterns: list[URLPattern] = [
    path("laget/rapport/", month.reports, name="reports"),
    path("laget/rapport/<slug:month>.pdf", month.report, name="month-report"),
]
