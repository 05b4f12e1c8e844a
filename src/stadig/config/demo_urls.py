"""The addresses of a demo town: the newcomer's tour, the strip that switches between people, and those of every city."""

from __future__ import annotations

from django.conf import urls as default
from django.urls import path

from stadig.config import demo_views
from stadig.config import urls as every_city

handler400 = getattr(every_city, "handler400", default.handler400)
handler403 = getattr(every_city, "handler403", default.handler403)
handler404 = getattr(every_city, "handler404", default.handler404)
handler500 = getattr(every_city, "handler500", default.handler500)

urlpatterns = [
    path("rundtur/", demo_views.tour, name="tour"),
    path("rundtur/slut/", demo_views.tour_end, name="tour-end"),
    path("rundtur/<int:number>/", demo_views.tour_stop, name="tour-stop"),
    path("titta-som/", demo_views.look_as, name="look-as"),
    *every_city.urlpatterns,
]
