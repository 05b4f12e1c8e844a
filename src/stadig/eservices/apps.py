from django.apps import AppConfig


class EServicesConfig(AppConfig):
    name = "stadig.eservices"
    label = "eservices"
    verbose_name = "E-tjänster"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.eservices import uploads

        uploads.register()
