from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "stadig.config"
    label = "config"
