from django.apps import AppConfig


class PilotsConfig(AppConfig):
    name = "stadig.pilots"
    label = "pilots"
    verbose_name = "Försök"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.pilots import registration

        registration.register()
