"""Addresses of the pages of those who plan and decide."""

from __future__ import annotations

from django.urls import path

from stadig.pilots.views import (
    desk_card,
    desk_deciding,
    desk_design,
    desk_figures,
    desk_import,
    desk_list,
    desk_running,
    desk_start,
    desk_units,
)

HERE = "arbetsplats/forsok/"
ONE = f"{HERE}<int:pilot_id>/"

urlpatterns = [
    path(HERE, desk_list.every, name="desk-list"),
    path(f"{HERE}nytt/", desk_list.new, name="desk-new"),
    path(f"{HERE}importera/", desk_import.take_in, name="desk-import"),
    path(ONE, desk_running.status, name="desk-pilot"),
    path(f"{ONE}kort/", desk_card.card, name="desk-card"),
    path(f"{ONE}upplagg/", desk_design.design, name="desk-design"),
    path(f"{ONE}omraden/", desk_units.units, name="desk-units"),
    path(f"{ONE}omraden/fordelningar.csv", desk_units.allocations, name="desk-allocations"),
    path(f"{ONE}starta/", desk_start.start, name="desk-start"),
    path(f"{ONE}rakna/", desk_running.look_now, name="desk-look"),
    path(f"{ONE}siffror/", desk_figures.incoming_figures, name="desk-figures"),
    path(f"{ONE}kostnader/<int:cost_id>/ta-bort/", desk_running.remove_cost, name="desk-cost-remove"),
    path(f"{ONE}beslut/", desk_deciding.decide, name="desk-decide"),
    path(f"{ONE}lardomar/<int:lesson_id>/ta-bort/", desk_deciding.remove_lesson, name="desk-lesson-remove"),
]
