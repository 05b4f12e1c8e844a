from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PostConfig(AppConfig):
    name = "stadig.post"
    label = "post"
    verbose_name = "Meddelanden"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.city import erasure
        from stadig.post import access, actions
        from stadig.ui import navigation

        navigation.staff(_("Meddelanden"), "post:outbox", access.VIEW, order=84, administrative=True)
        navigation.staff(_("Webhookar"), "post:webhooks", access.WEBHOOKS, order=85, administrative=True)
        erasure.holds(actions.forget)
