"""Addresses of the pages of those who plan and decide."""

from __future__ import annotations

from django.urls import path

from stadig.pilots.views import (
    desk_card,
    desk_deciding,
    desk_list,
    desk_running,
    desk_start,
)

HERE = "arbetsplats/forsok/"
ONE = f"{HERE}<int:pilot_id>/"

urlpatterns = [
    path(HERE, desk_list.every, name="desk-list"),
    path(f"{HERE}nytt/", desk_list.new, name="desk-new"),
    path(ONE, desk_running.status, name="desk-pilot"),
    path(f"{ONE}kort/", desk_card.card, name="desk-card"),
    path(f"{ONE}starta/", desk_start.start, name="desk-start"),
    path(f"{ONE}kostnader/<int:cost_id>/ta-bort/", desk_running.remove_cost, name="desk-cost-remove"),
    path(f"{ONE}beslut/", desk_deciding.decide, name="desk-decide"),
    path(f"{ONE}lardomar/<int:lesson_id>/ta-bort/", desk_deciding.remove_lesson, name="desk-lesson-remove"),
]
