from django.apps import AppConfig


class PostConfig(AppConfig):
    name = "stadig.post"
    label = "post"
    verbose_name = "Meddelanden"
    default_auto_field = "django.db.models.BigAutoField"
