from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "stadig.work"
    label = "work"
    verbose_name = "Arbetsorder"
    default_auto_field = "django.db.models.BigAutoField"
