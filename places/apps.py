from django.apps import AppConfig

from places import checks  # noqa: F401  registers its checks


class PlacesConfig(AppConfig):
    name = "places"
