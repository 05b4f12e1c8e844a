"""The ground's pages."""

from __future__ import annotations

from django.urls import path

from stadig.city.views import admin, desk, given, ofrep, people, public, rollouts, watch

app_name = "city"
urlpatterns = [
    path("tjanster/", public.service_list, name="services"),
    path("tjanster/<slug:slug>/", public.service_page, name="service"),
    path("anslag/", public.notice_list, name="notices"),
    path("sa-raknar-vi/", public.how_we_count, name="how-we-count"),
    path("laget/", desk.start, name="desk"),
    path("laget/organisation/", desk.organisation, name="organisation"),
    path("laget/effekter/", given.effect_summary, name="effects"),
    path("laget/utan-dator/", given.reach, name="reach"),
    path("laget/anvandare/", admin.users, name="users"),
    path("laget/anvandare/ny/", admin.new_user, name="user-new"),
    path("laget/anvandare/<int:pk>/", admin.user, name="user"),
    path("laget/anvandare/<int:pk>/inloggning/", admin.set_active, name="user-active"),
    path("laget/roller/", admin.roles, name="roles"),
    path("laget/roller/<int:pk>/ta-bort/", admin.remove_role, name="role-remove"),
    path("laget/tjanster/", admin.services, name="services-admin"),
    path("laget/tjanster/<slug:slug>/", admin.service, name="service-admin"),
    path("laget/tjanster/<slug:slug>/paus/", admin.pause, name="service-pause"),
    path("laget/tjanster/<slug:slug>/kostnad/", admin.service_cost, name="service-cost"),
    path("laget/tjanster/<slug:slug>/utrullning/", rollouts.overview, name="rollout"),
    path("laget/tjanster/<slug:slug>/utrullning/andra/", rollouts.where, name="rollout-where"),
    path("laget/tjanster/<slug:slug>/utrullning/steg/", rollouts.steps, name="rollout-steps"),
    path("laget/tjanster/<slug:slug>/utrullning/steg/ta-bort/", rollouts.drop_steps, name="rollout-drop"),
    path("laget/tjanster/<slug:slug>/utrullning/godkann/<int:number>/", rollouts.approve, name="rollout-approve"),
    path("laget/tjanster/<slug:slug>/utrullning/stoppa/", rollouts.stop, name="rollout-stop"),
    path("laget/tjanster/<slug:slug>/utrullning/satt-pa/", rollouts.start, name="rollout-start"),
    path("laget/granskning/", watch.audit_log, name="audit"),
    path("laget/personer/", people.find, name="people"),
    path("laget/personer/<int:pk>/", people.person, name="person"),
    path("laget/skyddade-uppgifter/", people.reveals, name="reveals"),
    path("ofrep/v1/evaluate/flags/<str:key>", ofrep.one, name="flag"),
    path("ofrep/v1/evaluate/flags", ofrep.every, name="flags"),
    path("laget/utlamnande/", watch.disclosures, name="disclosures"),
]
