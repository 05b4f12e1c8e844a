from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    name = "stadig.exchange"
    label = "exchange"
    verbose_name = "Uppgifter från myndigheter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.city import attested, audit_chain, erasure, live, person_links
        from stadig.exchange import access, forgetting, law, proving, telling
        from stadig.ui import navigation

        navigation.staff(_("Myndigheter"), "exchange:connections", access.SEE_CONNECTIONS, order=88, administrative=True)
        person_links.register("exchange:extract", _("Skriv ut frågor till myndigheter om personen (PDF)"), access.PRINT_LOG)
        erasure.keeps(forgetting.names)
        audit_chain.proves(proving.check)
        attested.register(law.HELD)
        live.tell_quickly(telling.TOPICS)
        live.tell_quickly(telling.DONE)
