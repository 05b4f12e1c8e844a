from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "stadig.ui"
    label = "ui"
    verbose_name = "Utseende"
    default_auto_field = "django.db.models.BigAutoField"
    default = True


class Components(AppConfig):
    """django-cotton without its own set-up, which loads the whole of Django's admin to find that there is nothing to do."""

    name = "django_cotton"

    def ready(self) -> None:
        from django_cotton.nested_tag_support import enable_nested_tag_support

        enable_nested_tag_support()
