from django.apps import AppConfig
from django.core.checks import Tags, register

from trainingportal.checks import production_is_real


class PortalConfig(AppConfig):
    name = "trainingportal"
    verbose_name = "Training portal"

    def ready(self) -> None:
        """Register the system checks."""
        register(production_is_real, Tags.security)
