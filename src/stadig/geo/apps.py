from django.apps import AppConfig


class GeoConfig(AppConfig):
    name = "stadig.geo"
    label = "geo"
    verbose_name = "Platser"
    default_auto_field = "django.db.models.BigAutoField"
