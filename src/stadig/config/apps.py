from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "stadig.config"
    label = "config"

    def ready(self) -> None:
        from stadig.config import frame

        frame.connect()
