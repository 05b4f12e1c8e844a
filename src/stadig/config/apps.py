from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "stadig.config"
    label = "config"

    def ready(self) -> None:
        from django.conf import settings

        from stadig.config import frame, moments

        frame.connect()
        moments.connect()

        if settings.DEMO:
            from stadig.config import demo_views
            from stadig.ui import context

            context.provide(demo_views.strip)
