from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "stadig.files"
    label = "files"
    verbose_name = "Filer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.city import erasure
        from stadig.files import actions

        erasure.holds(actions.forget_sender)
