from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "stadig.city"
    label = "city"
    verbose_name = "Staden"
    default_auto_field = "django.db.models.BigAutoField"
