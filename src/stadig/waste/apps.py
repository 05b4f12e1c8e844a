from django.apps import AppConfig


class WasteConfig(AppConfig):
    name = "stadig.waste"
    label = "waste"
    verbose_name = "Papperskorgar"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.waste import registration

        registration.register()
