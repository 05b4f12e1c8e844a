from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "stadig.files"
    label = "files"
    verbose_name = "Filer"
    default_auto_field = "django.db.models.BigAutoField"
