from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "stadig.city"
    label = "city"
    verbose_name = "Staden"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate  # noqa: TID251 – the one place: tables follow the declarations
        from django.utils.translation import gettext_lazy as _

        from stadig.city import access, attested, audit_chain, desk, finding, search
        from stadig.ui import navigation

        post_migrate.connect(_sync, sender=self, dispatch_uid="city.services.sync")
        navigation.staff(_("Läget"), "city:desk", access.STAFF_START, order=1)
        navigation.staff(_("Effekter"), "city:effects", access.EFFECTS, order=80)
        navigation.staff(_("Tjänster"), "city:services-admin", access.SERVICES, order=85, administrative=True)
        navigation.staff(_("Användare"), "city:users", access.USERS, order=90, administrative=True)
        navigation.staff(_("Utlämnande"), "city:disclosures", access.DISCLOSE, order=92, administrative=True)
        navigation.staff(_("Personer"), "city:people", access.REVEAL, order=93, administrative=True)
        navigation.staff(_("Skyddade uppgifter"), "city:reveals", access.REVEALS, order=94, administrative=True)
        navigation.staff(_("Granskning"), "city:audit", access.AUDIT, order=95, administrative=True)
        navigation.resident(_("Tjänster"), "city:services", order=10)
        desk.register(desk.own_cards)
        audit_chain.proves(attested.check)
        search.source("city.services", finding.services)
        search.source("city.notices", finding.notices)


def _sync(**_: Any) -> None:
    from stadig.city import services

    services.sync()
