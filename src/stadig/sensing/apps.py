from django.apps import AppConfig


class SensingConfig(AppConfig):
    name = "stadig.sensing"
    label = "sensing"
    verbose_name = "Sensorer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.sensing import registration

        registration.register()
