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

        post_migrate.connect(_sync, sender=self, dispatch_uid="city.services.sync")


def _sync(**_: Any) -> None:
    from stadig.city import services

    services.sync()
