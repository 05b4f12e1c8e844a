from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "stadig.exchange"
    label = "exchange"
    verbose_name = "Uppgifter från myndigheter"
    default_auto_field = "django.db.models.BigAutoField"
