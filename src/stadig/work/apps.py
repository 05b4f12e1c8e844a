from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "stadig.work"
    label = "work"
    verbose_name = "Arbetsorder"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.ui import navigation
        from stadig.work import access

        navigation.staff(_("Arbetsorder"), "work:orders", access.VIEW, order=40, operations=True)
