from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "trainingportal"
    verbose_name = "Training portal"
