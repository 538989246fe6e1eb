from django.apps import AppConfig

from places import checks, searching  # noqa: F401  register checks and the lookup "plain"


class PlacesConfig(AppConfig):
    name = "places"
