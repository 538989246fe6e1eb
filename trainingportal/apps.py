from django.apps import AppConfig
from django.core.checks import Tags, register


class PortalConfig(AppConfig):
    name = "trainingportal"
    verbose_name = "Training portal"

    def ready(self) -> None:
        """Register the system checks, and ask to hear of codes that were guessed at."""
        # the tables can be loaded only now
        from accounts.signin import after_refused_codes, after_wrong_codes
        from trainingportal import database_roles, sightings
        from trainingportal.checks import settings_are_safe, the_desk_says_who_answers

        register(settings_are_safe, Tags.security)
        register(database_roles.role_is_plain, Tags.security, deploy=True)
        register(the_desk_says_who_answers, Tags.security, deploy=True)
        after_wrong_codes(sightings.note_wrong_codes)
        after_refused_codes(sightings.note_codes_refused)
